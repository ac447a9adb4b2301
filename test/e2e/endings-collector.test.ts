import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { createAuthority } from '../harness/certificates';
import { startFullServer } from '../harness/full-server';
import { nodeVersion } from '../harness/node-versions';
import { type Answer, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, type ProgramRun, startProgram } from '../harness/run-program';
import { withSilentResolver } from '../harness/silent-resolver';
import { assertSameRun } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

/** The results of a run with RECORD set become the table of docs/reliability.md. */
const resultsFile = join(__dirname, '../../docs/reliability.json');
const results: Record<string, Record<string, { delivered: string; lateMillis: number }>> = {};
after(() => {
  if (process.env.RECORD) writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
});

/** How a program ends: its argument, the signal it is sent when it waits, and settings of ours. */
interface Ending {
  readonly name: string;
  readonly title: string;
  readonly signal?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
}

const endings: readonly Ending[] = [
  { name: 'natural', title: 'natural end' },
  {
    name: 'natural, later',
    title: 'natural end during an export',
    env: { OTEL_BSP_SCHEDULE_DELAY: '10' },
  },
  { name: 'exit 3', title: 'process.exit' },
  { name: 'throw', title: 'uncaught error' },
  { name: 'wait', title: 'SIGTERM', signal: 'SIGTERM' },
  { name: 'wait with listener', title: 'SIGINT, own listener', signal: 'SIGINT' },
];

/** A collector as the program finds it, the spans that came to it, and whether the program has to wait for it until the budget is over. */
interface Collector {
  readonly url: string;
  readonly spans?: readonly unknown[];
  readonly drained?: () => Promise<void>;
  /** A command in which the program must run; an error where that is not possible. */
  readonly wrapper?: string | Error;
}

interface State {
  readonly start: (t: TestContext) => Promise<Collector>;
  readonly isDelivered?: true;
  readonly usesBudget?: true;
  /** The collector is told to be lost, and then what is left. */
  readonly linesOfOurs?: number;
}

const states: Readonly<Record<string, State>> = {
  reachable: { start: receiver(), isDelivered: true },
  refusing: { start: async () => ({ url: 'http://127.0.0.1:1' }) },
  hanging: { start: server(() => {}), usesBudget: true },
  'a black hole': { start: startBlackHole, usesBudget: true },
  'HTTP 503': { start: receiver({ status: 503 }) },
  'HTTP 503, well at the second attempt': {
    start: receiver({ status: 503, headers: { 'retry-after': '0' } }, 1),
    isDelivered: true,
  },
  'HTTP 429, Retry-After 30 s': {
    start: receiver({ status: 429, headers: { 'retry-after': '30' } }),
    linesOfOurs: 2,
  },
  'resetting in the middle': { start: server((socket) => socket.resetAndDestroy()) },
  'one byte a second': { start: server(dribble), usesBudget: true },
  'unknown host': { start: async () => ({ url: 'http://collector.invalid:4318' }) },
  'a resolver that never answers': {
    start: async (t) => ({ url: 'http://collector.example:4318', wrapper: withSilentResolver(t) }),
    usesBudget: true,
  },
  'TLS, unknown authority': { start: startTlsServer },
  'TLS to a plain port': {
    start: async (t) => ({ url: (await receiver()(t)).url.replace('http:', 'https:') }),
  },
};

/** Time that a run may take longer because this machine is busy. */
const schedulingMillis = 400;
const exitTimeoutMillis = 500;
const maxLateMillis = exitTimeoutMillis + schedulingMillis;

for (const [name, state] of Object.entries(states)) {
  describe(`collector ${name}`, () => {
    for (const ending of endings) {
      test(`${ending.name} ${ending.signal ?? ''}`, async (t) => {
        const { skip, collector, plain, traced } = await attempt(t, state, ending);
        if (skip) return t.skip(skip.message);
        note(name, ending, collector, plain, traced);
        assertNotLater(plain, traced);
        if (state.isDelivered) {
          assertSameRun({ plain, traced });
          assert.equal(collector.spans?.length, 2);
          return;
        }
        assertSameRun({ plain, traced }, state.linesOfOurs ?? 1);
        // What has left is with the collector, though it does not answer.
        if (ending.name === 'wait with listener' || ending.env) return;
        assert.match(
          traced.stderr,
          /^otel-instrument: spans not delivered to \S+ at the end of the process: 2 /m,
        );
        if (state.usesBudget) assert.match(traced.stderr, /OTEL_NODE_EXIT_TIMEOUT is over/);
      });
    }
  });
}

test('docs/reliability.json has a result for every state and ending', (t) => {
  if (process.env.RECORD) return t.skip('it is being written');
  const recorded = JSON.parse(readFileSync(resultsFile, 'utf8')) as typeof results;
  const shape = (of: typeof results) => Object.entries(of).map(([name, row]) => [name, Object.keys(row)]);
  assert.deepEqual(shape(recorded), shape(results));
});

interface Attempt {
  readonly skip?: Error;
  readonly collector: Collector;
  readonly plain: ProgramRun;
  readonly traced: ProgramRun;
}

/** The run without us and the run with us; of several, where time is to be recorded or the machine was busy, the shortest. */
async function attempt(t: TestContext, state: State, ending: Ending, times = 3): Promise<Attempt> {
  const collector = await state.start(t);
  const { wrapper } = collector;
  const plain = await plainRun(ending, wrapper instanceof Error ? undefined : wrapper);
  if (wrapper instanceof Error) return { skip: wrapper, collector, plain, traced: plain };
  const traced = await tracedRun(ending, collector.url, { wrapper });
  await collector.drained?.();
  const isEnough = !process.env.RECORD && lateMillis(plain, traced) < maxLateMillis;
  if (isEnough || times === 1) return { collector, plain, traced };
  const again = await attempt(t, state, ending, times - 1);
  return { ...again, plain: shorter(plain, again.plain), traced: shorter(traced, again.traced) };
}

const shorter = (a: ProgramRun, b: ProgramRun) => (a.durationMillis < b.durationMillis ? a : b);

function note(
  state: string,
  ending: Ending,
  { spans }: Collector,
  plain: ProgramRun,
  traced: ProgramRun,
): void {
  const isSilent = spans === undefined || spans.length === 0;
  const delivered = !isSilent
    ? 'yes'
    : /not delivered|cannot export/.test(traced.stderr)
      ? 'no'
      : 'sent, no answer';
  const late = Math.max(0, Math.round(lateMillis(plain, traced) / 10) * 10);
  (results[state] ??= {})[ending.title] = { delivered, lateMillis: late };
}

describe('a connection that never opens does not hold a program that is done', () => {
  for (const version of ['18.19.0', '22.14.0', '26.10.0']) {
    test(`Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const { url } = await startBlackHole(t);
      const ending = endings.find(({ name }) => name === 'natural, later')!;
      const plain = await run(ending, { node });
      const traced = await tracedRun(ending, url, { node });
      assertSameRun({ plain, traced }, 1);
      assertNotLater(plain, traced);
    });
  }
});

const plainRuns = new Map<Ending, Promise<ProgramRun>>();

function plainRun(ending: Ending, wrapper: string | undefined): Promise<ProgramRun> {
  if (wrapper || process.env.RECORD) return run(ending, { wrapper });
  const known = plainRuns.get(ending) ?? run(ending);
  plainRuns.set(ending, known);
  return known;
}

interface RunOptions extends ProgramOptions {
  readonly wrapper?: string | undefined;
}

function tracedRun(ending: Ending, url: string, options: RunOptions): Promise<ProgramRun> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  return run(ending, { ...options, preload: true, env: { ...env, ...ending.env } });
}

async function run(
  { name, signal }: Ending,
  { wrapper, node, ...options }: RunOptions = {},
): Promise<ProgramRun> {
  const args = [program, name];
  const running = startProgram(wrapper ? [node ?? process.execPath, ...args] : args, {
    timeoutMillis: 15_000,
    node: wrapper ?? node,
    ...options,
  });
  if (signal) {
    await running.waitForStdout(/waiting/);
    running.child.kill(signal);
  }
  return running.ended;
}

function lateMillis(plain: ProgramRun, traced: ProgramRun): number {
  return Math.round(traced.durationMillis - plain.durationMillis);
}

function assertNotLater(plain: ProgramRun, traced: ProgramRun): void {
  const late = lateMillis(plain, traced);
  assert.ok(late < maxLateMillis, `ended ${late} ms later`);
}

/** A receiver that gives every request the same answer, or only the first `times` ones. */
function receiver(answer?: Answer, times = Number.POSITIVE_INFINITY) {
  return async (t: TestContext): Promise<Collector> => {
    const started = await startOtlpReceiver();
    t.after(() => started.stop());
    started.answer = (_request, index) => (index < times ? answer : undefined);
    return started;
  };
}

/** A server that does something else than HTTP as soon as data comes. */
function server(onData: (socket: Socket) => void) {
  return async (t: TestContext): Promise<Collector> => {
    const sockets = new Set<Socket>();
    const listening = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).once('data', () => onData(socket));
    });
    t.after(() => {
      listening.close();
      for (const socket of sockets) socket.destroy();
    });
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
  };
}

async function startTlsServer(t: TestContext): Promise<Collector> {
  const authority = createAuthority();
  if (authority === undefined) return { url: '', wrapper: new Error('openssl is missing') };
  t.after(() => authority.remove());
  const { key, certificate } = authority.issue('collector');
  const secure = createHttpsServer({ key: readFileSync(key), cert: readFileSync(certificate) });
  t.after(() => secure.close());
  secure.on('request', (_request, response) => response.end());
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  return { url: `https://127.0.0.1:${(secure.address() as AddressInfo).port}` };
}

function dribble(socket: Socket): void {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
  let sent = 0;
  const timer = setInterval(() => socket.write(answer[sent++ % answer.length]!), 1000);
  socket.on('close', () => clearInterval(timer));
}

async function startBlackHole(t: TestContext): Promise<Collector> {
  const full = await startFullServer();
  t.after(() => full.stop());
  return { url: `http://127.0.0.1:${full.port}` };
}
