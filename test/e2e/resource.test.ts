import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { detectors } from '../../src/sdk/resource';
import { createSurroundings } from '../../src/sdk/resource/surroundings';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, type RunningProgram, runProgram, startProgram } from '../harness/run-program';

const sha = '9d59409acf479dfa0df1aa568182e43e43df8bbe';

/** A project with a manifest and a repository. */
const project = mkdtempSync(join(tmpdir(), 'otel-instrument-resource-'));
after(() => rmSync(project, { recursive: true, force: true }));
write('package.json', '{"name":"my-shop","version":"1.2.3"}');
write('.git/HEAD', 'ref: refs/heads/main\n');
write('.git/refs/heads/main', `${sha}\n`);
write('.git/config', '[remote "origin"]\n\turl = https://me:hunter2@git.example/acme/shop.git\n');

/** Serves one request of its own, tells every address that anything in the process connects to or resolves, and ends. */
const program = write(
  'app.cjs',
  `const net = require('node:net');
const dns = require('node:dns');
const { writeSync } = require('node:fs');
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  writeSync(1, 'connect ' + options.host + '\\n');
  return connect.apply(this, args);
};
const { lookup } = dns;
dns.lookup = function (name, ...rest) {
  writeSync(1, 'lookup ' + name + '\\n');
  return lookup.call(this, name, ...rest);
};
const http = require('node:http');
const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () => {
  http.get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
    response.resume();
    server.close();
  });
});
if (process.argv[2] === 'until-killed') setInterval(() => {}, 1000);
`,
);

function write(path: string, content: string): string {
  const file = join(project, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

interface Result extends ProgramRun {
  readonly resource: Attributes;
  readonly receiver: OtlpReceiver;
}

/** Runs the program to its end; the resource is the one of all its spans. */
async function run(
  t: TestContext,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Result> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const ended = await runProgram([program, ...args], {
    cwd: project,
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...env,
    },
  });
  await receiver.drained();
  assert.equal(ended.exitCode, 0);
  assert.equal(receiver.spans.length, 2, 'one span of the server, one of the client, and none of ours');
  const [first, second] = receiver.spans;
  assert.deepEqual(first!.resource, second!.resource);
  return { ...ended, resource: first!.resource as Attributes, receiver };
}

describe('what is found out by default', () => {
  test('service, build, process, host', async (t) => {
    const { resource, stderr } = await run(t, {}, ['--token=abc', 'worker']);
    assert.equal(stderr, '');
    const expected = {
      'service.name': 'my-shop',
      'service.version': '1.2.3',
      'vcs.ref.head.revision': sha,
      'vcs.ref.head.name': 'main',
      'vcs.repository.url.full': 'https://git.example/acme/shop',
      'host.name': hostname(),
      'os.type': process.platform,
      'process.runtime.name': 'nodejs',
      'telemetry.distro.name': 'otel-instrument',
    };
    assert.deepEqual(pick(resource, Object.keys(expected)), expected);
    assert.deepEqual((resource['process.command_args'] as unknown as string[]).slice(-3), [
      program,
      '--token=REDACTED',
      'worker',
    ]);
  });

  test('the user wins', async (t) => {
    const { resource } = await run(t, {
      OTEL_SERVICE_NAME: 'checkout',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=no,host.name=mine,service.version=7,team=blue%20one',
    });
    assert.deepEqual(pick(resource, ['service.name', 'host.name', 'service.version', 'team']), {
      'service.name': 'checkout',
      'host.name': 'mine',
      'service.version': '7',
      team: 'blue one',
    });
  });

  test('nobody is asked where nothing names a cloud', async (t) => {
    const surroundings = createSurroundings(process.env, () => {});
    const isCloud = Object.values(detectors).some((detect) => detect(surroundings)?.lookUp);
    if (isCloud) return t.skip('this machine is in a cloud');
    const { stdout } = await run(t);
    const addresses = [...new Set(stdout.trim().split('\n'))].sort();
    // The last delivery connects without looking anything up, by a name of its own for the address that it knows.
    assert.deepEqual(addresses, ['connect 127.0.0.1', 'connect collector', 'lookup 127.0.0.1']);
  });
});

describe('OTEL_NODE_RESOURCE_DETECTORS', () => {
  const always = ['service.name', 'telemetry.distro.name', 'telemetry.distro.version'];
  const sdk = ['telemetry.sdk.language', 'telemetry.sdk.name', 'telemetry.sdk.version'];
  const cases: readonly [names: string, keys: readonly string[], stderr?: RegExp][] = [
    ['none', []],
    ['env', []],
    ['os', ['os.type', 'os.version']],
    ['serviceinstance', ['service.instance.id']],
    [
      'build',
      [
        'service.version',
        'vcs.ref.head.name',
        'vcs.ref.head.revision',
        'vcs.ref.head.type',
        'vcs.repository.name',
        'vcs.repository.url.full',
      ],
    ],
    [
      'serviceinstnce,os',
      ['os.type', 'os.version'],
      /^otel-instrument: OTEL_NODE_RESOURCE_DETECTORS: expected .*, got "serviceinstnce" \(meant serviceinstance\?\); using os\n$/,
    ],
  ];
  for (const [names, keys, complaint] of cases) {
    test(names, async (t) => {
      const { resource, stderr } = await run(t, { OTEL_NODE_RESOURCE_DETECTORS: names });
      assert.deepEqual(Object.keys(resource).sort(), [...keys, ...always, ...sdk].sort());
      if (complaint) assert.match(stderr, complaint);
      else assert.equal(stderr, '');
    });
  }
});

describe('a metadata service', () => {
  test('is waited for by the first export', async (t) => {
    const metadata = await startMetadata(t, (response, body) => setTimeout(() => response.end(body), 300));
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    const started = startProgramFor(receiver, metadata.url, { OTEL_BSP_SCHEDULE_DELAY: '0' });
    const spans = await receiver.waitForSpans(2);
    assert.ok(metadata.answered() >= 2, 'it has answered before');
    for (const { resource } of spans)
      assert.deepEqual([resource['aws.ecs.task.family'], resource['container.id']], ['shop', 'abc']);
    started.child.kill('SIGKILL');
    await started.ended;
    for (const { headers } of metadata.asked) assert.equal(headers.traceparent, undefined);
  });

  test('is waited for so long and no longer', async (t) => {
    const metadata = await startMetadata(t, () => {});
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    const started = startProgramFor(receiver, metadata.url, {
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_NODE_RESOURCE_TIMEOUT: '200',
    });
    const spans = await receiver.waitForSpans(2);
    assert.equal(spans[0]!.resource['cloud.platform'], 'aws_ecs');
    assert.equal('aws.ecs.task.family' in spans[0]!.resource, false);
    started.child.kill('SIGKILL');
    const { stderr } = await started.ended;
    assert.equal(stderr, '');
  });

  test('that never answers keeps no program alive', async (t) => {
    const metadata = await startMetadata(t, () => {});
    const { resource, durationMillis, stderr } = await run(t, {
      ...ecs(metadata.url),
      OTEL_NODE_RESOURCE_TIMEOUT: '20000',
    });
    assert.equal(resource['cloud.platform'], 'aws_ecs');
    assert.equal('aws.ecs.task.family' in resource, false);
    assert.equal(stderr, '');
    assert.ok(durationMillis < 10_000, `${durationMillis} ms`);
    assert.equal(metadata.asked.length, 2);
  });

  test('that swallows every packet does not either', async (t) => {
    if (process.platform !== 'linux') return t.skip('only Linux drops connections that nobody accepts');
    const { resource, durationMillis, stderr } = await run(t, {
      ...ecs(`http://127.0.0.1:${await startSwallowing(t)}`),
      OTEL_NODE_RESOURCE_TIMEOUT: '20000',
    });
    assert.deepEqual([resource['cloud.platform'], stderr], ['aws_ecs', '']);
    assert.ok(durationMillis < 10_000, `${durationMillis} ms`);
  });

  test('that is not there costs its attributes and no word', async (t) => {
    const { resource, stderr } = await run(t, ecs('http://127.0.0.1:9'));
    assert.equal(resource['cloud.platform'], 'aws_ecs');
    assert.equal(stderr, '');
  });

  test('is not asked with OTEL_NODE_RESOURCE_TIMEOUT=0', async (t) => {
    const metadata = await startMetadata(t, () => {});
    await run(t, { ...ecs(metadata.url), OTEL_NODE_RESOURCE_TIMEOUT: '0' });
    assert.equal(metadata.asked.length, 0);
  });
});

function ecs(url: string): Record<string, string> {
  return { ECS_CONTAINER_METADATA_URI_V4: url, OTEL_NODE_RESOURCE_DETECTORS: 'aws' };
}

function startProgramFor(
  receiver: OtlpReceiver,
  metadataUrl: string,
  env: Record<string, string>,
): RunningProgram {
  return startProgram([program, 'until-killed'], {
    cwd: project,
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...ecs(metadataUrl),
      ...env,
    },
  });
}

/** The metadata of a task of ECS. @param respond - sends the answer, or does not. */
async function startMetadata(
  t: TestContext,
  respond: (response: ServerResponse, body: string) => void,
): Promise<{ url: string; asked: IncomingMessage[]; answered: () => number }> {
  const asked: IncomingMessage[] = [];
  let answered = 0;
  const server = createServer((incoming, response) => {
    asked.push(incoming);
    response.on('finish', () => answered++);
    respond(response, incoming.url === '/v4/1/task' ? '{"Family":"shop"}' : '{"DockerId":"abc"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/1`,
    asked,
    answered: () => answered,
  };
}

/** A port at which connections never come to be: its process is stopped and the queue of those to accept is full. */
async function startSwallowing(t: TestContext): Promise<number> {
  const script = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    console.log(this.address().port);
  })`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  for (let connected = true; connected; ) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    t.after(() => socket.destroy());
    connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 200, false)),
    ]);
  }
  return Number(port);
}

function pick(attributes: Attributes, keys: readonly string[]): Attributes {
  return Object.fromEntries(keys.map((key) => [key, attributes[key]]));
}
