import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { startGrpcReceiver } from '../harness/grpc-receiver';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, runProgram, startProgram } from '../harness/run-program';

const root = join(__dirname, '../..');
const launcher = join(root, 'bin/otel-instrument');
const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-doctor-test-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder with these files; objects are written as JSON. */
function project(name: string, files: Readonly<Record<string, unknown>>): string {
  const directory = join(scratch, name);
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}

function installed(...packages: readonly (readonly [name: string, version: string])[]) {
  return Object.fromEntries(
    packages.map(([name, version]) => [`node_modules/${name}/package.json`, { name, version }]),
  );
}

/** Serves one request of its own, with a route parameter, and ends. */
const server = `
const server = require('node:http').createServer((request, response) => response.end('hi'));
server.listen(0, async () => {
  const response = await fetch('http://127.0.0.1:' + server.address().port + '/users/1', { headers });
  console.log(await response.text());
  server.closeAllConnections();
  server.close();
});`;

const shop = project('shop', {
  'package.json': {
    name: 'shop',
    dependencies: { ioredis: '^5.0.0', 'left-pad': '1.3.0' },
    scripts: { start: 'node app.cjs' },
  },
  'app.cjs': `const headers = {};${server}`,
  ...installed(['left-pad', '1.3.0']),
});
symlinkSync(
  join(root, 'fixtures/versions/ioredis-5.0.0/node_modules/ioredis'),
  join(shop, 'node_modules/ioredis'),
);

function doctor(args: readonly string[], options: ProgramOptions) {
  return runProgram(['doctor', ...args], { ...options, node: launcher });
}

/** The findings of a status, each with its advice. */
async function findings(status: string, cwd: string, env: Record<string, string>, ...command: string[]) {
  const args = command.length > 0 ? ['--', ...command] : [];
  const run = await doctor(['--format', 'json', ...args], { cwd, env });
  const { sections, problems } = JSON.parse(run.stdout) as {
    sections: { title: string; findings: { status: string; text: string; advice?: string }[] }[];
    problems: number;
  };
  const all = sections.flatMap((section) => section.findings);
  assert.equal(problems, all.filter((finding) => finding.status === 'problem').length);
  assert.equal(run.exitCode, problems > 0 ? 1 : 0);
  return all
    .filter((finding) => finding.status === status)
    .map(({ text, advice }) => (advice === undefined ? text : `${text} | ${advice}`));
}

const problems = findings.bind(undefined, 'problem');

describe('where nothing is wrong', () => {
  test('it says so, and what it has sent has come', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const { stdout, stderr, exitCode } = await doctor([], { cwd: shop, env });
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    assert.doesNotMatch(stdout, /✗/);
    const lines = stdout.split('\n');
    for (const line of [
      'Libraries of shop',
      '  ✓ ioredis 5.0.0',
      '  · nothing is instrumented in left-pad',
      '  ✓ service.name is shop',
      `  ✓ ${receiver.url}/v1/traces took a test span`,
      `  ✓ ${receiver.url}/v1/metrics took test metrics`,
      `  ✓ ${receiver.url}/v1/logs took a test log record`,
      'Nothing is wrong.',
    ])
      assert.ok(lines.includes(line), `${line}\n${stdout}`);
    await receiver.drained();
    assert.deepEqual(
      receiver.spans.map(({ name, resource }) => [name, resource['service.name']]),
      [['otel-instrument doctor', 'shop']],
    );
    assert.equal(receiver.records.length, 1);
    assert.ok(receiver.metrics.some(({ name }) => name === 'otel_instrument.doctor.runs'));
  });

  test('by gRPC', async (t) => {
    const receiver = await startGrpcReceiver();
    t.after(() => receiver.stop());
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
    };
    assert.deepEqual(await problems(shop, env), []);
    assert.equal(receiver.spans.length, 1);
  });

  test('flags count as they do for a program, before the word and behind it', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const run = await runProgram(
      ['--exporter_otlp_endpoint', receiver.url, 'doctor', '--service_name', 'other'],
      { node: launcher, cwd: shop, env },
    );
    assert.equal(run.exitCode, 0, run.stdout);
    await receiver.drained();
    assert.equal(receiver.spans[0]?.resource['service.name'], 'other');
  });

  test('with a configuration file, whose sampler takes few', async (t) => {
    const receiver = await receiverFor(t);
    const directory = project('file', {
      'package.json': { name: 'file' },
      'otel.yaml': {
        file_format: '1.0',
        resource: { attributes: [{ name: 'service.name', value: 'from-file' }] },
        tracer_provider: {
          processors: [{ batch: { exporter: { otlp_http: { endpoint: `${receiver.url}/v1/traces` } } } }],
          sampler: { trace_id_ratio_based: { ratio: 0.1 } },
        },
      },
    });
    const env = { OTEL_CONFIG_FILE: 'otel.yaml' };
    const found = await findings('ok', directory, env);
    assert.ok(found.includes(`${receiver.url}/v1/traces took a test span`), found.join('\n'));
    assert.ok(found.includes('service.name is from-file'));
    const notes = await findings('note', directory, env);
    assert.ok(notes.includes('10 % of the traces that start here are sampled'), notes.join('\n'));
    writeFileSync(join(directory, 'otel.yaml'), '{"file_format":"1.0","propagator":7}');
    const [line, outcome, ...others] = await problems(directory, env);
    assert.match(line!, /^otel\.yaml:1: propagator: /);
    assert.match(outcome!, /runs uninstrumented$/);
    assert.deepEqual(others, []);
  });

  test('a command: what was patched, recorded and exported', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const found = await findings('ok', shop, env, 'node', '-r', 'ioredis', 'app.cjs');
    const wanted = [
      /^it ended with exit code 0$/,
      /^ioredis 5\.0\.0 is patched: prototype\.sendCommand\b/,
      /^spans: 2 \((http 1, undici 1|undici 1, http 1)\)$/,
      /^metric points: \d+ \(.*\bhttp \d+/,
      new RegExp(`^spans to ${receiver.url}/v1/traces: 2 accepted$`),
      new RegExp(`^metrics to ${receiver.url}/v1/metrics: \\d+ accepted$`),
    ];
    for (const pattern of wanted)
      assert.ok(
        found.some((text) => pattern.test(text)),
        `${pattern}\n${found.join('\n')}`,
      );
    await receiver.drained();
    assert.equal(receiver.spans.length, 3, "the program's two, and the test span");
  });

  test('the program keeps its standard streams; for machines, what it prints goes to standard error', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const text = await doctor(['--', 'node', 'app.cjs'], { cwd: shop, env });
    assert.match(text.stdout, /\nhi\n\nProgram: node app\.cjs\n/);
    const json = await doctor(['--format=json', '--', 'node', 'app.cjs'], { cwd: shop, env });
    assert.equal(json.stderr, 'hi\n');
    const { reports } = JSON.parse(json.stdout);
    assert.equal(reports.length, 1);
    assert.deepEqual(reports[0].counts.spans, { 'otel-instrument/http': 1, 'otel-instrument/undici': 1 });
  });

  test('processes that the command starts, and their threads, are counted', async (t) => {
    const receiver = await receiverFor(t);
    const directory = project('family', {
      'package.json': { name: 'family' },
      'app.cjs': `
        const { Worker } = require('node:worker_threads');
        const { execFile } = require('node:child_process');
        new Worker(__dirname + '/work.cjs');
        execFile(process.execPath, [__dirname + '/work.cjs']);`,
      'work.cjs': `const headers = {};${server.replace('console.log', 'void ')}`,
    });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const found = await findings('ok', directory, env, 'node', 'app.cjs');
    assert.ok(found.includes('it ended with exit code 0, 2 processes, 1 worker thread'), found.join('\n'));
    assert.ok(
      found.some((text) => text.startsWith('spans: 4 (')),
      found.join('\n'),
    );
  });

  test('a server is stopped by a signal, and then reported on', async (t) => {
    const receiver = await receiverFor(t);
    const directory = project('endless', {
      'package.json': { name: 'endless' },
      'app.cjs': `${`const headers = {};${server}`.replace(/server\.close.*;/g, '').replace('console.log', 'void ')}
        require('node:diagnostics_channel').subscribe('http.server.response.finish', () => console.log('served'));`,
    });
    const running = startProgram(['doctor', '--', 'node', 'app.cjs'], {
      node: launcher,
      cwd: directory,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    await running.waitForStdout(/served/);
    running.child.kill('SIGTERM');
    const { stdout, exitCode } = await running.ended;
    assert.match(stdout, /✓ it ended with signal SIGTERM\n/);
    assert.match(stdout, /✓ spans to \S+: 2 accepted\n/);
    assert.equal(exitCode, 0);
  });
});

describe('what is wrong with the collector', () => {
  const down = 'http://127.0.0.1:1';

  test('nothing listens', async () => {
    const reason = 'ECONNREFUSED: nothing listens there; is the collector running?';
    assert.deepEqual((await problems(shop, { OTEL_EXPORTER_OTLP_ENDPOINT: down })).sort(), [
      `${down}/v1/logs did not take a test log record | ${reason}`,
      `${down}/v1/metrics did not take test metrics | ${reason}`,
      `${down}/v1/traces did not take a test span | ${reason}`,
    ]);
  });

  const onlyTraces = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

  test('it speaks gRPC', async (t) => {
    const receiver = await startGrpcReceiver();
    t.after(() => receiver.stop());
    const env = { ...onlyTraces, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` };
    const [found, ...others] = await problems(shop, env);
    assert.deepEqual(others, []);
    assert.match(found!, /did not take a test span \| .*OTEL_EXPORTER_OTLP_PROTOCOL=grpc$/);
  });

  test('it speaks HTTP', async (t) => {
    const receiver = await receiverFor(t);
    const env = {
      ...onlyTraces,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const [found, ...others] = await problems(shop, env);
    assert.deepEqual(others, []);
    assert.match(found!, /did not take a test span \| .*OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf$/);
  });

  test('it is no collector, or wants credentials', async (t) => {
    let status = 404;
    const other = createServer((request, response) => {
      request.resume();
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const env = { ...onlyTraces, OTEL_EXPORTER_OTLP_ENDPOINT: url };
    assert.deepEqual(await problems(shop, env), [
      `${url}/v1/traces did not take a test span | HTTP 404: nothing takes telemetry at /v1/traces; OTLP collectors do at /v1/traces, /v1/metrics and /v1/logs`,
    ]);
    status = 401;
    assert.deepEqual(await problems(shop, env), [
      `${url}/v1/traces did not take a test span | HTTP 401: credentials are missing or wrong; see OTEL_EXPORTER_OTLP_HEADERS`,
    ]);
  });

  test('it accepts and never answers', async (t) => {
    const silent = createTcpServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
    t.after(() => silent.close());
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    assert.deepEqual(await problems(shop, { ...onlyTraces, OTEL_EXPORTER_OTLP_ENDPOINT: url }), [
      `${url}/v1/traces did not take a test span | no answer`,
    ]);
  });

  test('it refuses the span', async (t) => {
    const receiver = await receiverFor(t);
    receiver.answer = () => ({ partialSuccess: { rejectedSpans: 1, errorMessage: 'quota exceeded' } });
    const env = { ...onlyTraces, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const [found] = await problems(shop, env);
    assert.match(found!, /refused a test span \| .*quota exceeded$/);
  });
});

describe('what is wrong with the project', () => {
  /** Nothing is sent, so what is found is the project's fault. */
  const offline = {
    OTEL_TRACES_EXPORTER: 'console',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const of = (files: Readonly<Record<string, unknown>>, name: string) =>
    problems(project(name, files), { ...offline });

  test('a library is too old, another is not installed, a third is not ours', async () => {
    const directory = project('old', {
      'package.json': {
        dependencies: { ioredis: '2', express: '5', memcached: '2', redis: '3' },
      },
      ...installed(['ioredis', '2.5.0'], ['memcached', '2.2.2'], ['redis', '3.1.2']),
    });
    const found = await problems(directory, offline);
    assert.equal(found.length, 3, found.join('\n'));
    assert.match(found[0]!, /^express is in package\.json, but not installed \| Install/);
    assert.match(
      found[1]!,
      /^ioredis 2\.5\.0 is not instrumented: supported is >=4\S* <7\S* \| Update ioredis/,
    );
    assert.match(found[2]!, /^redis 3\.1\.2 is not instrumented: supported is @redis\/client >=/);
    assert.ok(
      (await findings('note', directory, offline)).some((text) =>
        /^memcached 2\.2\.2 is not instrumented here \| @opentelemetry\/instrumentation-memcached is for it/.test(
          text,
        ),
      ),
    );
  });

  test('a version newer than we know, and what is switched off, are no faults', async () => {
    const directory = project('new', {
      'package.json': { dependencies: { ioredis: '99', koa: '2' } },
      ...installed(['ioredis', '99.0.0'], ['koa', '2.16.4']),
    });
    const env = { ...offline, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'koa' };
    assert.deepEqual(await problems(directory, env), []);
    const notes = (await findings('note', directory, env)).join('\n');
    assert.match(notes, /^ioredis 99\.0\.0 is newer than the supported/m);
    assert.match(notes, /^koa 2\.16\.4 is instrumented, but switched off/m);
  });

  test('variables that only dotenv sets', async () => {
    const files = {
      'package.json': { dependencies: { dotenv: '16' } },
      '.env':
        'PORT=1\nOTEL_SERVICE_NAME=shop\nexport OTEL_TRACES_SAMPLER=always_on\n# OTEL_LOG_LEVEL=debug\n',
      ...installed(['dotenv', '16.0.0']),
    };
    assert.deepEqual(await of(files, 'late'), [
      '.env sets OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, which are not in the environment | dotenv reads it when the program runs, which is too late for a preload. Run with node --env-file=.env, or export them.',
    ]);
    const set = { ...offline, OTEL_SERVICE_NAME: 'shop', OTEL_TRACES_SAMPLER: 'always_on' };
    assert.deepEqual(await problems(join(scratch, 'late'), set), []);
  });

  test('a bundle that holds libraries', async () => {
    const [bundle, ...others] = await of(
      {
        'package.json': { scripts: { start: 'node --enable-source-maps dist/main.js' } },
        'dist/main.js':
          'var __commonJS = (cb, mod) => 0;\n// node_modules/express/lib/express.js\n// node_modules/a/b.js\n',
      },
      'bundled',
    );
    assert.deepEqual(others, []);
    assert.match(
      bundle!,
      /^dist\/main\.js is a bundle \(esbuild\) that holds express \| .*--packages=external/,
    );
  });

  test('preloads that are not found everywhere, and other agents', async () => {
    const directory = project('preloads', {
      'package.json': { scripts: { start: 'node --require newrelic app.js' } },
      'pre.cjs': '',
      'node_modules/dd-trace/init.js': '',
      'node_modules/otel-instrument/register.js': '',
    });
    const NODE_OPTIONS = '--require ./pre.cjs -r dd-trace/init --require otel-instrument/register.js';
    const found = await problems(directory, { ...offline, NODE_OPTIONS });
    assert.equal(found.length, 4, found.join('\n'));
    assert.match(found[0]!, /^NODE_OPTIONS preloads \.\/pre\.cjs, a relative path \|/);
    assert.match(found[1]!, /^NODE_OPTIONS preloads dd-trace, another agent \|/);
    assert.match(
      found[2]!,
      /^NODE_OPTIONS preloads otel-instrument\/register\.js, a bare name \| .*\/register\.js\.$/,
    );
    assert.match(found[3]!, /^the script "start" preloads newrelic, another agent \|/);
  });

  test('nothing that starts us', async () => {
    const unstarted = /^nothing here starts otel-instrument .*register\.js"'\.$/;
    const notes = async (cwd: string, NODE_OPTIONS: string) =>
      (await findings('note', cwd, { ...offline, NODE_OPTIONS })).filter((text) => unstarted.test(text))
        .length;
    assert.equal(await notes(shop, ''), 1);
    assert.equal(await notes(shop, `--require "${join(root, 'register.js')}"`), 0);
    const scripts = { start: 'otel-instrument node app.js' };
    assert.equal(await notes(project('started', { 'package.json': { scripts } }), ''), 0);
  });

  test('settings', async () => {
    const env = {
      ...offline,
      OTEL_SERVICE_NAMR: 'shop',
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'x',
    };
    const found = await problems(shop, env);
    assert.equal(found.length, 3, found.join('\n'));
    assert.match(found[0]!, /^OTEL_SERVICE_NAMR: .* did you mean OTEL_SERVICE_NAME\?$/);
    assert.match(found[1]!, /^OTEL_NODE_DISABLED_INSTRUMENTATIONS: expected a list of .*, got "x"/);
    assert.match(found[2]!, /^no trace that starts here is sampled \|/);
    assert.deepEqual(await problems(shop, { OTEL_SDK_DISABLED: 'true' }), [
      'everything is switched off | OTEL_SDK_DISABLED, or the configuration file.',
    ]);
  });
});

describe('what is wrong with a program that runs', () => {
  test('it calls nothing that is instrumented; is sampled out; is killed; is not there', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    assert.deepEqual(await problems(shop, env, 'node', '-e', '0'), [
      'no spans: nothing that is instrumented was called | See the libraries above.',
    ]);
    const [, sampled] = await problems(
      shop,
      { ...env, OTEL_TRACES_SAMPLER: 'always_off' },
      'node',
      'app.cjs',
    );
    assert.match(sampled!, /^no spans: the sampler left out 2 \|/);
    const kill = 'require("node:child_process").execSync("kill -9 " + process.pid)';
    const [killed] = await problems(shop, env, 'node', '-e', kill);
    assert.match(killed!, /^it left no report \(signal SIGKILL\) \|/);
    assert.deepEqual(await problems(shop, env, './missing'), ['./missing: no such file']);
  });

  test('every trace that comes in is unsampled', async (t) => {
    const receiver = await receiverFor(t);
    const directory = project('unsampled', {
      'package.json': { name: 'unsampled' },
      'app.cjs': `const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' };${server}`,
    });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici',
    };
    const found = await problems(directory, env, 'node', 'app.cjs');
    assert.match(found[0]!, /^all 1 parents that came in were not sampled, .* \| OTEL_NODE_REMOTE_PARENT=/);
  });

  test('it sets its variables itself', async (t) => {
    const receiver = await receiverFor(t);
    const directory = project('dotenv', {
      'package.json': { name: 'dotenv-like' },
      'app.cjs': `process.env.OTEL_SERVICE_NAME = 'late'; const headers = {};${server}`,
    });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    assert.deepEqual(await problems(directory, env, 'node', 'app.cjs'), [
      'the program itself set OTEL_SERVICE_NAME, too late | The settings had been read by then. Run with node --env-file=.env, or export them.',
    ]);
  });

  test('its telemetry is lost', async (t) => {
    const receiver = await receiverFor(t);
    let isFirst = true;
    receiver.answer = ({ path }) => {
      if (path !== '/v1/traces') return undefined;
      if (!isFirst) return { status: 400, body: '' };
      isFirst = false;
      return undefined;
    };
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const found = await problems(shop, env, 'node', 'app.cjs');
    assert.equal(found[0], `spans to ${receiver.url}/v1/traces: 2 dropped`);
    assert.match(found[1]!, /HTTP 400/);
  });
});

test('a form that there is not', async () => {
  const { stderr, exitCode } = await doctor(['--format=xml'], { cwd: shop });
  assert.equal(stderr, 'otel-instrument: --format: expected text, json, got "xml"\n');
  assert.equal(exitCode, 2);
});

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}
