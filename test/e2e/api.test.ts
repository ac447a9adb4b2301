import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const fixture = join(__dirname, '../../fixtures/core/api');

/** The API of the oldest and the newest version talks to us, and to versions of itself that we do not know. */
describe('a program that uses @opentelemetry/api', () => {
  for (const set of versionSets('api')) {
    for (const module of ['cjs', 'mjs']) {
      for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
        test(`${basename(set.directory)} ${module}, Node ${version}`, async (t) => {
          const node = nodeVersion(version);
          if (typeof node !== 'string') return t.skip(node.message);
          const receiver = await startOtlpReceiver();
          t.after(() => receiver.stop());
          const program = join(layProgram(fixture, set.directory), `app.${module}`);
          const { stdout, stderr, exitCode } = await runProgram([program], {
            node,
            preload: true,
            env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
          });
          assert.equal(stderr, '');
          assert.equal(exitCode, 0);
          assert.deepEqual(JSON.parse(stdout), {
            registered: false,
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
  }
});
