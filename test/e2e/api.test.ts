import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { registerPath, runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const fixture = join(__dirname, '../../fixtures/core/api');

const newest = versionSets('api').at(-1)!;

/** A copy of the API that is newer than all there are. */
const newer = mkdtempSync(join(tmpdir(), 'otel-instrument-api-'));
after(() => rmSync(newer, { recursive: true, force: true }));
layNewerApi(join(newer, 'node_modules/@opentelemetry/api'));

interface Case {
  readonly name: string;
  readonly directory: string;
  readonly node: string;
  /** The program's copy of the API is loaded before us. */
  readonly isBefore?: boolean;
}

const cases: readonly Case[] = [
  ...versionSets('api').flatMap(({ version, directory }) => [
    { name: version, directory, node: process.versions.node },
    { name: `${version}, loaded before us`, directory, node: process.versions.node, isBefore: true },
  ]),
  ...[versionSets('api')[0]!, newest].flatMap(({ version, directory }) =>
    ['18.19.0', '26.10.0'].map((node) => ({ name: version, directory, node })),
  ),
  { name: '1.99.0', directory: newer, node: process.versions.node },
];

/** The API of every age talks to us, and to versions of itself that we do not know. */
describe('a program that uses @opentelemetry/api', () => {
  for (const { name, directory, node: version, isBefore } of cases) {
    for (const module of ['cjs', 'mjs']) {
      test(`${name} ${module}, Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const receiver = await startOtlpReceiver();
        t.after(() => receiver.stop());
        const program = join(layProgram(fixture, directory), `app.${module}`);
        const api = createRequire(program).resolve('@opentelemetry/api');
        const { stdout, stderr, exitCode } = await runProgram([program], {
          node,
          env: {
            OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
            OTEL_METRICS_EXPORTER: 'none',
            OTEL_LOGS_EXPORTER: 'none',
            NODE_OPTIONS: `${isBefore ? `--require ${api} ` : ''}--require ${registerPath}`,
          },
        });
        assert.equal(stderr, '');
        assert.equal(exitCode, 0);
        assert.deepEqual(JSON.parse(stdout), {
          ownMetrics: 'meter of the program',
          recording: true,
          active: true,
          serverSpan: true,
          bound: true,
          emitted: true,
          carrier: ['baggage', 'traceparent'],
          baggage: 'user=a%20b',
          sameTrace: true,
          user: 'a b',
          recordingAfterwards: false,
          outside: true,
        });

        await receiver.drained();
        const spans = new Map(receiver.spans.map((span) => [`${span.name} ${span.kind}`, span]));
        assert.deepEqual([...spans.keys()].sort(), [
          'GET 1',
          'GET 2',
          'continued 0',
          'in the handler 0',
          'outer 3',
        ]);
        const parentOf = (name: string) =>
          [...spans].find(([, { spanId }]) => spanId === spans.get(name)!.parentSpanId)?.[0];
        assert.equal(parentOf('outer 3'), undefined);
        assert.equal(parentOf('GET 2'), 'outer 3');
        assert.equal(parentOf('GET 1'), 'GET 2');
        assert.equal(parentOf('in the handler 0'), 'GET 1');
        assert.equal(parentOf('continued 0'), 'outer 3');
        assert.equal(new Set(receiver.spans.map(({ traceId }) => traceId)).size, 1);

        const byHand = spans.get('in the handler 0')!;
        assert.deepEqual(byHand.scope, { name: 'shop', version: '1.2.3', schemaUrl: undefined });
        assert.deepEqual(byHand.attributes, { 'order.id': 7 });
        assert.deepEqual(
          byHand.events.map(({ name, attributes }) => ({ name, attributes })),
          [{ name: 'looked up', attributes: { rows: 2 } }],
        );
        const outer = spans.get('outer 3')!;
        assert.deepEqual(outer.status, { code: 2, message: 'failed' });
        assert.equal(outer.events[0]!.attributes['exception.type'], 'TypeError');
        assert.equal(outer.events[0]!.attributes['exception.message'], 'wrong');
      });
    }
  }

  test('two copies of different versions in one program', async (t) => {
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    const [oldest] = versionSets('api');
    const load = (directory: string) =>
      `require(${JSON.stringify(createRequire(join(directory, 'package.json')).resolve('@opentelemetry/api'))})`;
    const program = `
      const old = ${load(oldest!.directory)};
      const recent = ${load(newest.directory)};
      const span = old.trace.getTracer('old').startSpan('outer');
      old.context.with(old.trace.setSpan(old.context.active(), span), () => {
        recent.trace.getTracer('recent').startSpan('inner').end();
      });
      span.end();`;
    const { stderr } = await runProgram(['-e', program], {
      preload: true,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    assert.equal(stderr, '');
    await receiver.drained();
    const [inner, outer] = receiver.spans;
    assert.deepEqual([inner?.name, outer?.name, inner?.parentSpanId], ['inner', 'outer', outer?.spanId]);
  });
});

function layNewerApi(target: string): void {
  const resolve = createRequire(join(newest.directory, 'package.json')).resolve;
  const source = resolve('@opentelemetry/api').replace(/(.*@opentelemetry\/api)\/.*/, '$1');
  cpSync(source, target, { recursive: true });
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(cjs|mjs|json)$/.test(file)) continue;
    const path = join(target, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(newest.version, '1.99.0'));
  }
}
