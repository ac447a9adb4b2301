import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { type Answer, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, type ProgramRun, startProgram } from '../harness/run-program';
import { assertSameRun } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

/** How a program ends: its argument, the signal it is sent when it waits, and settings of ours. */
interface Ending {
  readonly name: string;
  readonly signal?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
}

const endings: readonly Ending[] = [
  { name: 'natural' },
  // An export has begun when the program is through with its work.
  { name: 'natural, later', env: { OTEL_BSP_SCHEDULE_DELAY: '10' } },
  { name: 'exit 3' },
  { name: 'throw' },
  { name: 'wait', signal: 'SIGTERM' },
  { name: 'wait with listener', signal: 'SIGINT' },
];

/** A collector as the program finds it, the spans that came to it, and whether the program has to wait for it until the budget is over. */
interface Collector {
  readonly url: string;
  readonly spans?: readonly unknown[];
  readonly drained?: () => Promise<void>;
}

interface State {
  readonly start: (t: TestContext) => Promise<Collector>;
  readonly isDelivered?: true;
  readonly usesBudget?: true;
}

const states: Readonly<Record<string, State>> = {
  reachable: { start: receiver(), isDelivered: true },
  refusing: { start: async () => ({ url: 'http://127.0.0.1:1' }) },
  hanging: { start: server(() => {}), usesBudget: true },
  'a black hole': { start: startFullServer, usesBudget: true },
  '503': { start: receiver({ status: 503 }) },
  '429, to be asked again': { start: receiver({ status: 429, headers: { 'retry-after': '30' } }) },
  'resetting in the middle': { start: server((socket) => socket.resetAndDestroy()) },
  'one byte a second': { start: server(dribble), usesBudget: true },
  'unknown host': { start: async () => ({ url: 'http://collector.invalid:4318' }) },
  'TLS to a plain port': {
    start: async (t) => ({ url: (await receiver()(t)).url.replace('http:', 'https:') }),
  },
};

/** Time that a run may take longer because this machine is busy. */
const schedulingMillis = 400;
const exitTimeoutMillis = 500;

for (const [name, { start, isDelivered, usesBudget }] of Object.entries(states)) {
  describe(`collector ${name}`, () => {
    for (const ending of endings) {
      test(`${ending.name} ${ending.signal ?? ''}`, async (t) => {
        const collector = await start(t);
        const plain = await plainRun(ending);
        const traced = await tracedRun(ending, collector.url);
        assertNotLater(plain, traced);
        if (isDelivered) {
          assertSameRun({ plain, traced });
          await collector.drained?.();
          assert.equal(collector.spans?.length, 2);
          return;
        }
        assertSameRun({ plain, traced }, 1);
        // What has left is with the collector, though it does not answer.
        if (ending.name === 'wait with listener' || ending.env) return;
        assert.match(
          traced.stderr,
          /^otel-instrument: spans not delivered to \S+ at the end of the process: 2 /m,
        );
        if (usesBudget) assert.match(traced.stderr, /OTEL_NODE_EXIT_TIMEOUT is over/);
      });
    }
  });
}

describe('a connection that never opens does not hold a program that is done', () => {
  for (const version of ['18.19.0', '22.14.0', '26.10.0']) {
    test(`Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const { url } = await startFullServer(t);
      const ending = endings.find(({ name }) => name === 'natural, later')!;
      const plain = await run(ending, { node });
      const traced = await tracedRun(ending, url, node);
      assertSameRun({ plain, traced }, 1);
      assertNotLater(plain, traced);
    });
  }
});

const plainRuns = new Map<Ending, Promise<ProgramRun>>();

function plainRun(ending: Ending): Promise<ProgramRun> {
  const known = plainRuns.get(ending) ?? run(ending);
  plainRuns.set(ending, known);
  return known;
}

function tracedRun(ending: Ending, url: string, node?: string): Promise<ProgramRun> {
  return run(ending, { node, preload: true, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...ending.env } });
}

async function run({ name, signal }: Ending, options: ProgramOptions = {}): Promise<ProgramRun> {
  const running = startProgram([program, name], { timeoutMillis: 15_000, ...options });
  if (signal) {
    await running.waitForStdout(/waiting/);
    running.child.kill(signal);
  }
  return running.ended;
}

function assertNotLater(plain: ProgramRun, traced: ProgramRun): void {
  const late = Math.round(traced.durationMillis - plain.durationMillis);
  assert.ok(late < exitTimeoutMillis + schedulingMillis, `ended ${late} ms later`);
}

/** A receiver that gives every request the same answer. */
function receiver(answer?: Answer) {
  return async (t: TestContext): Promise<Collector> => {
    const started = await startOtlpReceiver();
    t.after(() => started.stop());
    started.answer = () => answer;
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

function dribble(socket: Socket): void {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
  let sent = 0;
  const timer = setInterval(() => socket.write(answer[sent++ % answer.length]!), 1000);
  socket.on('close', () => clearInterval(timer));
}

/** A server that never accepts, its queue full: the kernel answers no further connect. */
async function startFullServer(t: TestContext): Promise<Collector> {
  const source = `
    require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
      require('node:fs').writeSync(1, 'port ' + this.address().port + ';');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const full = startProgram(['-e', source]);
  t.after(() => full.child.kill('SIGKILL'));
  const port = Number((await full.waitForStdout(/port (\d+);/))[1]);
  const connections = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => {
    for (const connection of connections) connection.destroy();
  });
  await once(connections[0]!, 'connect');
  return { url: `http://127.0.0.1:${port}` };
}
