import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { satisfies } from 'semver';
import { type OtlpReceiver, startOtlpReceiver } from '../../harness/otlp-receiver';
import { type ProgramRun, startProgram } from '../../harness/run-program';
import { layProgram } from '../../harness/twin';
import { versionSets } from '../../harness/version-sets';
import type { Sink, SinkRequest } from './sink';

/** One value of one setting, and what it does. */
export interface Row {
  readonly variable: string;
  readonly value: string;
  /** Variables among the others whose effect is seen, too. */
  readonly also?: readonly string[];
  /** Other variables that it takes to see the effect. */
  readonly with?: Readonly<Record<string, string>>;
  /** Without it: the shop, with {@link requests}. */
  readonly program?: (t: TestContext) => string;
  /** Of the launcher, which then runs the program; without them, the preload is named in NODE_OPTIONS. */
  readonly flags?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** What the shop asks itself for. */
  readonly requests?: readonly Request[];
  /** Something that is there before the program starts; undefined where this machine cannot, and the test is skipped. */
  readonly before?: (t: TestContext) => Promise<Given | undefined>;
  /** While the program runs: it goes on until this is over. */
  readonly during?: (receiver: OtlpReceiver, given: Given) => Promise<unknown>;
  /** Lines of ours on standard error, in order; without it there are none. */
  readonly says?: readonly (string | RegExp)[] | 'anything';
  readonly see?: (seen: Seen) => unknown;
}

export interface Given {
  /** What the program gets, unless the row says otherwise; `{NAME}` in values of the row stands for one of these. */
  readonly env: Readonly<Record<string, string>>;
  readonly sink?: Sink;
}

export interface Request {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a program left: its output, and what the collector got. */
export type Seen = ProgramRun &
  Pick<OtlpReceiver, 'spans' | 'records' | 'metrics' | 'requests'> & {
    /** Lines of JSON that the program printed. */
    readonly printed: readonly Record<string, any>[];
    /** What came to the server that the row started. */
    readonly sink: readonly SinkRequest[];
    readonly given: Given;
  };

/** A test for each row. They run side by side: most of the time of each is waiting. */
export function testRows(title: string, rows: readonly Row[]): void {
  describe(title, { concurrency: 4 }, () => {
    for (const row of rows) {
      const flags = row.flags ? ` ${row.flags.join(' ')}` : '';
      test(`${row.variable}=${row.value}${flags}`, (t) => runRow(t, row));
    }
  });
}

async function runRow(t: TestContext, row: Row): Promise<void> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const given = row.before ? await row.before(t) : nothing;
  if (given === undefined) return;
  const filled = ([name, text]: [string, string]) => [name, fill(text, given)];
  const set = Object.entries({ ...row.with, [row.variable]: row.value });
  const env: Record<string, string> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // Longer than the usual: all tests at once are a lot for two cores.
    OTEL_NODE_EXIT_TIMEOUT: '5000',
    ...given.env,
    ...Object.fromEntries(set.map(filled)),
  };
  const command = [row.program?.(t) ?? shop(), ...(row.args ?? argumentsOf(row))];
  const flags = row.flags?.map((flag) => fill(flag, given));
  const running = startProgram(flags ? [launcher, ...flags, '--', process.execPath, ...command] : command, {
    preload: !flags,
    env,
    isStdinOpen: row.during !== undefined,
  });
  try {
    await row.during?.(receiver, given);
  } finally {
    running.child.stdin!.end();
  }
  const run = await running.ended;
  await receiver.drained();
  const { spans, records, metrics, requests } = receiver;
  const lines = run.stderr.split('\n').filter((line) => line.startsWith('otel-instrument: '));
  if (row.says !== 'anything') assertLines(lines, row.says ?? [], run.stderr);
  assert.equal(run.exitCode, 0, run.stderr);
  const printed = linesOf(run.stdout);
  const sink = given.sink?.requests ?? [];
  await row.see?.({ ...run, spans, records, metrics, requests, printed, sink, given });
}

const nothing: Given = { env: {} };

function assertLines(lines: readonly string[], says: readonly (string | RegExp)[], stderr: string): void {
  assert.equal(lines.length, says.length, stderr);
  says.forEach((expected, index) => {
    const line = lines[index]!.slice('otel-instrument: '.length);
    if (typeof expected === 'string') assert.equal(line, expected);
    else assert.match(line, expected);
  });
}

function fill(text: string, { env }: Given): string {
  return text.replace(/\{([A-Z]+)\}/g, (all, name: string) => env[name] ?? all);
}

function argumentsOf({ requests = [] }: Row): string[] {
  return [JSON.stringify(requests)];
}

/** Lines of JSON among others. */
function linesOf(stdout: string): Record<string, any>[] {
  return stdout.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{"') ? [JSON.parse(line)] : [];
    } catch {
      return [];
    }
  });
}

const launcher = join(__dirname, '../../../bin/otel-instrument');
export const fixtures = join(__dirname, '../../../fixtures');

/** A program of fixtures/, with a library in the newest version that runs here. */
export function program(fixture: string, library = fixture, app = 'app.mjs'): string {
  const set = versionSets(library)
    .reverse()
    .find(({ nodeRange }) => satisfies(process.version, nodeRange));
  return set ? join(layProgram(join(fixtures, fixture), set.directory), app) : join(fixtures, fixture, app);
}

const shop = () => program('settings', 'api', 'shop.mjs');

/** The span of that name, which must be there. */
export function span({ spans }: Pick<Seen, 'spans'>, name: string, kind?: number): Seen['spans'][number] {
  const found = spans.find((each) => each.name === name && (kind === undefined || each.kind === kind));
  assert.ok(found, `no span ${name} among ${spans.map((each) => each.name).join(', ') || 'none'}`);
  return found;
}

export function metric({ metrics }: Pick<Seen, 'metrics'>, name: string): Seen['metrics'][number] {
  const found = metrics.find((each) => each.name === name);
  assert.ok(found, `no metric ${name} among ${metrics.map((each) => each.name).join(', ') || 'none'}`);
  return found;
}

/** Kinds of spans, as the API numbers them. */
export const [SERVER, CLIENT] = [1, 2];
