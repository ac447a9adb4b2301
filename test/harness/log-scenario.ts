import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { satisfies } from 'semver';
import type { DecodedSpan } from './decode';
import type { DecodedRecord } from './decode-logs';
import { ensureInstalled } from './install';
import { nodeVersion } from './node-versions';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver';
import { maskOutput, runProgram } from './run-program';
import { layProgram, type ModuleSystem } from './twin';
import { fixturesDirectory, type VersionSet, versionSets } from './version-sets';

/** A record as a test expects it: all that does not differ from run to run. */
export interface ExpectedRecord {
  /** Number and text. */
  readonly severity: readonly [number, string];
  readonly body: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Name and path of the span in which it was made. */
  readonly span?: string;
}

export interface LogScenarioOptions {
  readonly fixture: string;
  readonly app?: string;
  /** Whose version sets to run on; none for what is part of Node. */
  readonly library?: string;
  readonly versions?: string;
  readonly modules?: readonly ModuleSystem[];
  /** Exact Node version. Default: the one that runs the tests. */
  readonly node?: string;
  /** For the run with us alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** The scope's name without `otel-instrument/`. */
  readonly scope: string;
  readonly expect: readonly ExpectedRecord[] | ((version: string) => readonly ExpectedRecord[]);
  /** How many lines of standard output get the ids of the active span. */
  readonly linesWithIds: number;
  /** What else in the output differs from run to run. */
  readonly mask?: RegExp;
  /** Whether a line with ids belongs to the span (its name and path) whose ids these are. */
  readonly isOfSpan?: (line: string, span: string) => boolean;
}

/**
 * Registers one test for each version of the library, as CommonJS and as ESM. Each runs the program without us and with us, expects the same output
 * apart from the ids, finds those ids among the spans, and compares all log records.
 */
export function logScenario(name: string, options: LogScenarioOptions): void {
  const { library, versions = '*', modules = ['cjs', 'esm'], node = process.versions.node } = options;
  const sets = library
    ? versionSets(library).filter(
        ({ version, nodeRange }) => satisfies(version, versions) && satisfies(node, nodeRange),
      )
    : [undefined];
  if (sets.length === 0) throw new Error(`${name}: no version set of ${library} fits`);
  describe(name, () => {
    for (const set of sets) {
      for (const module of modules) {
        const title = `${set ? basename(set.directory) : ''} ${module}`;
        test(title, (context) => runScenario(context, options, set, module));
      }
    }
  });
}

async function runScenario(
  context: TestContext,
  options: LogScenarioOptions,
  set: VersionSet | undefined,
  module: ModuleSystem,
): Promise<void> {
  if (set) ensureInstalled(fixturesDirectory);
  const fixture = join(fixturesDirectory, options.fixture);
  const directory = set?.directory ?? fixture;
  const extension = module === 'esm' ? 'mjs' : 'cjs';
  const program = join(layProgram(fixture, directory), `${options.app ?? 'app'}.${extension}`);
  const node = nodeVersion(options.node ?? process.versions.node);
  if (typeof node !== 'string') return context.skip(node.message);
  const receiver = await startOtlpReceiver();
  context.after(() => receiver.stop());

  const plain = await runProgram([program], { node, cwd: directory });
  assert.equal(plain.exitCode, 0, plain.stderr);
  const startedAt = BigInt(Date.now()) * 1_000_000n;
  const seen = await runProgram([program], {
    node,
    cwd: directory,
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_EXIT_TIMEOUT: '10000',
      ...options.env,
    },
  });
  const endedAt = BigInt(Date.now() + 1) * 1_000_000n;
  assert.equal(seen.exitCode, 0, seen.stderr);
  await receiver.drained();

  const { mask = /$^/g } = options;
  assert.deepEqual(visible(seen.stderr, mask), visible(plain.stderr, mask));
  const { text, ids } = withoutIds(seen.stdout);
  assert.deepEqual(visible(text, mask), visible(plain.stdout, mask));
  for (const { traceId, spanId, line } of ids) {
    const span = receiver.spans.find((candidate) => candidate.spanId === spanId);
    assert.ok(span && (traceId ?? span.traceId) === span.traceId, `the ids are not those of a span: ${line}`);
    assert.ok(
      options.isOfSpan?.(line, spanText(span)) ?? true,
      `${spanText(span)} is not the span of: ${line}`,
    );
  }
  assert.equal(ids.length, options.linesWithIds, seen.stdout);

  const expected = typeof options.expect === 'function' ? options.expect(set?.version ?? '') : options.expect;
  assert.deepEqual(
    receiver.records.map((record) => summary(record, receiver)).sort(byText),
    expected.map(({ attributes = {}, span = '', ...rest }) => ({ ...rest, attributes, span })).sort(byText),
  );
  for (const record of receiver.records) {
    assert.equal(record.scope.name, `otel-instrument/${options.scope}`);
    assert.ok(record.timeUnixNano >= startedAt && record.timeUnixNano <= endedAt, 'the time of the record');
    assert.ok(record.observedTimeUnixNano >= record.timeUnixNano);
    assert.ok(record.observedTimeUnixNano <= endedAt);
    assert.equal(record.eventName, '');
    assert.equal(record.droppedAttributesCount, 0);
    const span = receiver.spans.find(({ spanId }) => spanId === record.spanId);
    assert.equal(record.traceId, span?.traceId ?? '');
    assert.equal(record.flags, (span?.flags ?? 0) & 0xff);
    assert.equal(record.resource['process.pid'], receiver.spans[0]!.resource['process.pid']);
  }
}

function summary(record: DecodedRecord, { spans }: OtlpReceiver) {
  const span = spans.find(({ spanId }) => spanId === record.spanId);
  return {
    severity: [record.severityNumber, record.severityText],
    body: record.body,
    attributes: record.attributes,
    span: record.spanId ? spanText(span) : '',
  };
}

function spanText(span: DecodedSpan | undefined): string {
  return `${span?.name} ${span?.attributes['url.path']}`;
}

const idFields =
  /,?"trace_id":\s?"(?<traceId>[0-9a-f]{32})",?\s*"span_id":\s?"(?<spanId>[0-9a-f]{16})",?\s*"trace_flags":\s?"[0-9a-f]{2}"|,?"span_id":\s?"(?<onlySpanId>[0-9a-f]{16})",?\s*"trace_flags":\s?"[0-9a-f]{2}"/g;

/** What the program wrote, without the fields that it got from us, and what was in these. */
export function withoutIds(text: string) {
  const ids = [...text.matchAll(idFields)].map(({ groups, index }) => ({
    line: text.slice(text.lastIndexOf('\n', index) + 1, text.indexOf('\n', index)),
    traceId: groups!.traceId,
    spanId: groups!.spanId ?? groups!.onlySpanId,
  }));
  return { text: text.replace(idFields, ''), ids };
}

/** Requests at once may log in any order. */
function visible(output: string, mask: RegExp): string[] {
  return maskOutput(output.replace(mask, '<masked>')).split('\n').sort();
}

const byText = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
