import assert from 'node:assert/strict';
import { fork, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, type TestContext, test } from 'node:test';
import { nodeVersion, nodeVersionsToTest } from '../harness/node-versions';

const repository = join(__dirname, '../..');
const fixtures = join(repository, 'fixtures/cli');
const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-cli-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

// The launcher as installed, at a path that needs every kind of quoting, with a preload that only counts its starts.
const installed = join(scratch, 'an "odd" \\ place');
const launcher = join(installed, 'bin/otel-instrument');
const preload = join(installed, 'register.js');
install(installed);
writeFileSync(preload, 'globalThis.preloads = (globalThis.preloads ?? 0) + 1;');
const requireOption = `--require "${preload.replace(/["\\]/g, '\\$&')}"`;

function install(directory: string): void {
  for (const file of ['bin/otel-instrument', 'dist/cli.js']) {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    copyFileSync(join(repository, file), join(directory, file));
  }
}

const cleanEnv: NodeJS.ProcessEnv = { HOME: process.env.HOME, PATH: process.env.PATH };

function script(name: string, text: string, mode = 0o755): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function launch(
  node: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
) {
  const run = spawnSync(node, [launcher, ...args], {
    ...options,
    env: { ...cleanEnv, ...options.env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(run.error, undefined);
  return run;
}

function outcome({ status, signal, stdout, stderr }: SpawnSyncReturns<string>) {
  return { status, signal, stdout, stderr };
}

for (const version of new Set([process.versions.node, ...nodeVersionsToTest])) {
  describe(`launcher on Node.js ${version}`, () => {
    const found = nodeVersion(version);
    if (typeof found !== 'string') {
      test('all', (t) => t.skip(found.message));
      return;
    }
    const node = found;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const hasExecve = major > 22 || (major === 22 && minor >= 15);

    test('a program runs as without the launcher, with the preload once', () => {
      const program = script(
        'program.js',
        `console.log(JSON.stringify([preloads, process.argv.slice(2), process.cwd(), process.execArgv, process.argv0]));
         console.error('to stderr');
         process.stdin.pipe(process.stdout).on('unpipe', () => process.exit(7));`,
      );
      const args = ['--inspect-me', '--service_name', 'mine', '--', 'x y'];
      const run = launch(node, ['node', '--no-warnings', program, ...args], {
        env: { PATH: `${join(node, '..')}:${process.env.PATH}` },
        input: 'from stdin',
        cwd: scratch,
      });
      assert.deepEqual(outcome(run), {
        status: 7,
        signal: null,
        stdout: `${JSON.stringify([1, args, scratch, ['--no-warnings'], 'node'])}\nfrom stdin`,
        stderr: 'to stderr\n',
      });
    });

    if (hasExecve) {
      test('the command takes the place of the launcher', () => {
        const run = launch(node, [node, '-p', 'process.pid']);
        assert.equal(Number(run.stdout), run.pid);
      });
    }

    test('a launcher in a launcher starts the preload once', () => {
      assert.equal(launch(node, ['--', node, launcher, node, '-p', 'preloads']).stdout, '1\n');
    });

    test('a script without #! runs as a shell would run it', () => {
      assert.equal(launch(node, [script('plain', 'echo plain "$1"\n'), 'x']).stdout, 'plain x\n');
    });

    test('a broken pipe ends the programs of a script silently', () => {
      const run = launch(node, [script('pipe.sh', '#!/bin/sh\nyes | head -1\n')]);
      assert.deepEqual(outcome(run), { status: 0, signal: null, stdout: 'y\n', stderr: '' });
    });

    test('the end is that of the command', () => {
      for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
        const run = launch(node, ['sh', '-c', `kill -${signal.slice(3)} $$`]);
        assert.deepEqual([run.status, run.signal], [null, signal]);
      }
      assert.equal(launch(node, ['sh', '-c', 'exit 255']).status, 255);
    });

    test('signals reach the program once, and it decides', async (t) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2'] as const) {
        const child = spawn(node, [launcher, node, join(fixtures, 'signals.mjs')], {
          env: cleanEnv,
          timeout: 20_000,
        });
        t.after(() => child.kill('SIGKILL'));
        let stdout = '';
        child.stdout.on('data', (data) => {
          stdout += data;
          if (/^ready \d+\n$/.test(stdout)) child.kill(signal);
        });
        const [status] = await once(child, 'close');
        assert.deepEqual([status, stdout.replace(/ \d+/, '')], [42, `ready\ngot ${signal}\n`]);
      }
    });

    test('IPC: messages both ways, their encoding, and the end of the channel', async (t) => {
      for (const serialization of ['json', 'advanced'] as const) {
        // Linux only tells in which encoding a channel was opened.
        if (serialization === 'advanced' && process.platform !== 'linux') continue;
        const child = forkProgram(t, serialization);
        assert.equal((await once(child, 'message'))[0], 'ready');
        child.send(new Map([[1, 2]]));
        const type = serialization === 'json' ? '[object Object]' : '[object Map]';
        assert.equal((await once(child, 'message'))[0].type, type);
        child.disconnect();
        assert.deepEqual(await ended(child), [0, 'disconnected\n']);
      }
    });

    test('IPC: the program may end the channel, after a long message', async (t) => {
      const child = forkProgram(t, 'json');
      await once(child, 'message');
      const long = 'x'.repeat(1_000_000);
      child.send(long);
      assert.equal((await once(child, 'message'))[0].echo.length, long.length);
      child.send('disconnect');
      const messages = once(child, 'message');
      const disconnected = once(child, 'disconnect');
      assert.equal((await messages)[0].echo, 'disconnect');
      await disconnected;
      assert.equal((await ended(child))[0], 0);
    });

    test('IPC: a socket can be handed over', async (t) => {
      const child = forkProgram(t, 'json');
      await once(child, 'message');
      const server = createServer((socket) => child.send('socket', socket)).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      const client: Socket = connect((server.address() as { port: number }).port, '127.0.0.1').setEncoding(
        'utf8',
      );
      assert.equal((await once(client, 'data'))[0], 'from the program');
      child.disconnect();
      await ended(child);
    });

    function forkProgram(t: TestContext, serialization: 'json' | 'advanced') {
      const child = fork(launcher, [node, join(fixtures, 'ipc.mjs')], {
        execPath: node,
        execArgv: [],
        env: cleanEnv,
        serialization,
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        timeout: 20_000,
      });
      t.after(() => child.kill('SIGKILL'));
      return child;
    }

    /** 'close' is not emitted once the channel was ended from this side. */
    async function ended(child: ReturnType<typeof fork>): Promise<[status: number, stdout: string]> {
      const [[status], stdout] = await Promise.all([once(child, 'exit'), text(child.stdout!)]);
      return [status, stdout];
    }

    const skipTerminal =
      spawnSync('python3', ['-c', 'import pty']).status !== 0 && 'no python3 with a pty module';

    test("a terminal's Ctrl-C reaches the program once", { skip: skipTerminal }, async (t) => {
      const program = await inTerminal(t, 'ctrl-c', [node, launcher, node, join(fixtures, 'signals.mjs')]);
      assert.match(program, /^ready \d+\n\^Cgot SIGINT\n\nexit 42\n$/);
      const script = await inTerminal(t, 'ctrl-c', [node, launcher, 'sh', '-c', 'echo ready; read line']);
      assert.match(script, /^ready\n\^C\n+exit SIGINT\n$/);
    });

    test('a terminal that is closed reaches the program once', { skip: skipTerminal }, async (t) => {
      const fifo = join(scratch, `fifo-${version}`);
      spawnSync('mkfifo', [fifo]);
      const command = [node, launcher, node, join(fixtures, 'signals.mjs'), fifo];
      for (const session of [
        command, // leads the session itself
        ['sh', '-c', '"$@"; true', 'sh', ...command], // in the foreground group of a shell that dies of it
      ]) {
        const [got] = await Promise.all([text(createReadStream(fifo)), inTerminal(t, 'hang-up', session)]);
        assert.equal(got, 'got SIGHUP\n', session[0]);
      }
    });

    /** What a command printed and how it ended, run in the foreground of a terminal. */
    async function inTerminal(
      t: TestContext,
      action: 'ctrl-c' | 'hang-up',
      command: string[],
    ): Promise<string> {
      const child = spawn('python3', [join(fixtures, 'terminal.py'), action, ...command], {
        env: cleanEnv,
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 20_000,
      });
      t.after(() => child.kill('SIGKILL'));
      return text(child.stdout);
    }
  });
}

describe('command line', () => {
  const node = process.execPath;

  /** The variables that a command sees. */
  function environmentOf(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { stdout, stderr } = launch(node, [...args, 'env'], { env });
    const variables = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)));
    return { variables, stderr };
  }

  test('NODE_OPTIONS: the preload comes last, and once', () => {
    const cases: [before: string | undefined, expected: string][] = [
      [undefined, requireOption],
      [' ', requireOption],
      ['--no-warnings', `--no-warnings ${requireOption}`],
      [`${requireOption} --no-warnings`, `${requireOption} --no-warnings`],
    ];
    for (const [before, expected] of cases) {
      assert.equal(environmentOf([], { NODE_OPTIONS: before }).variables.NODE_OPTIONS, expected);
    }
  });

  test('flags set the variable, in any spelling, and are stronger than it', () => {
    const cases: [args: string[], name: string, value: string][] = [
      [['--service_name', 'x'], 'OTEL_SERVICE_NAME', 'x'],
      [['--service-name', 'x', '--'], 'OTEL_SERVICE_NAME', 'x'],
      [['--service_name=x=y'], 'OTEL_SERVICE_NAME', 'x=y'],
      [['--service-name=--x'], 'OTEL_SERVICE_NAME', '--x'],
      [['--SERVICE_NAME='], 'OTEL_SERVICE_NAME', ''],
      [['--otel_service_name', 'x'], 'OTEL_SERVICE_NAME', 'x'],
      [['--service_name', 'x', '--service-name', 'y'], 'OTEL_SERVICE_NAME', 'y'],
      [['--traces_exporter', 'console,otlp'], 'OTEL_TRACES_EXPORTER', 'console,otlp'],
      [['--exporter_otlp_endpoint', 'http://h:4318'], 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://h:4318'],
      [['--exit-timeout', '5'], 'OTEL_NODE_EXIT_TIMEOUT', '5'],
      [['--node_exit_timeout', '5'], 'OTEL_NODE_EXIT_TIMEOUT', '5'],
      [['--otel-node-exit-timeout', '5'], 'OTEL_NODE_EXIT_TIMEOUT', '5'],
    ];
    for (const [args, name, value] of cases) {
      const { variables, stderr } = environmentOf(args, { OTEL_SERVICE_NAME: 'before' });
      assert.deepEqual([variables[name], stderr], [value, ''], args.join(' '));
    }
  });

  test('an unknown flag sets a variable too, and says so', () => {
    const cases: [flag: string, name: string, line: string][] = [
      [
        '--service_nam',
        'OTEL_SERVICE_NAM',
        '--service_nam: expected the flag of a setting, got an unknown name; using it as OTEL_SERVICE_NAM; did you mean --service_name?',
      ],
      [
        '--no-way',
        'OTEL_NO_WAY',
        '--no-way: expected the flag of a setting, got an unknown name; using it as OTEL_NO_WAY',
      ],
    ];
    for (const [flag, name, line] of cases) {
      const { variables, stderr } = environmentOf([flag, 'x']);
      assert.deepEqual([variables[name], stderr], ['x', `otel-instrument: ${line}\n`]);
    }
  });

  test('--version and --help', () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    assert.deepEqual(outcome(launch(node, ['--version'])), {
      status: 0,
      signal: null,
      stdout: `${version}\n`,
      stderr: '',
    });
    const help = launch(node, ['--service_name', 'x', '--help']);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^Usage: otel-instrument /);
    assert.match(help.stdout, /--exit_timeout <value> /);
  });

  test('what cannot be run gives a sentence and the exit code of a shell', () => {
    const plainText = script('text', 'echo', 0o644);
    const cases: [args: string[], status: number, stderr: RegExp][] = [
      [[], 2, /^Usage: otel-instrument /],
      [['--service_name', 'x'], 2, /^Usage: otel-instrument /],
      [['--'], 2, /^Usage: otel-instrument /],
      [['--service_name'], 2, /^otel-instrument: --service_name: expected a value, got nothing\n$/],
      [['--service_name', '--', 'x'], 2, /^otel-instrument: --service_name: expected a value, got "--"\n$/],
      [['-x', 'env'], 2, /^otel-instrument: unknown option '-x'\n$/],
      [['no-such-command'], 127, /^otel-instrument: no-such-command: command not found\n$/],
      [['--', '--help'], 127, /^otel-instrument: --help: command not found\n$/],
      [['./no-such-file'], 127, /^otel-instrument: \.\/no-such-file: no such file\n$/],
      [[''], 127, /^otel-instrument: : command not found\n$/],
      [[plainText], 126, /: permission denied, the file is not executable\n$/],
      [[scratch], 126, /: is a directory\n$/],
      [[script('lost', '#!/no/such/interpreter\n')], 127, /: its interpreter does not exist\n$/],
    ];
    for (const [args, status, stderr] of cases) {
      const run = launch(node, args);
      assert.deepEqual([run.status, run.stdout], [status, ''], `${args}: ${run.stderr}`);
      assert.match(run.stderr, stderr);
    }
  });

  test('without a preload the command runs all the same', () => {
    const bare = join(scratch, 'bare');
    install(bare);
    const run = spawnSync(node, [join(bare, 'bin/otel-instrument'), node, '-p', '1'], {
      env: cleanEnv,
      encoding: 'utf8',
    });
    const line = `expected the preload at ${bare}/register.js, found nothing; running the command without it`;
    assert.deepEqual(outcome(run), {
      status: 0,
      signal: null,
      stdout: '1\n',
      stderr: `otel-instrument: ${line}\n`,
    });
  });

  test('PATH is searched as execvp does', () => {
    mkdirSync(join(scratch, 'first/tool'), { recursive: true });
    mkdirSync(join(scratch, 'second'), { recursive: true });
    script('second/tool', '#!/bin/sh\necho "second $0"\n');
    const path = `${scratch}/none:${scratch}/first:${scratch}/second`;
    assert.equal(launch(node, ['tool'], { env: { PATH: path } }).stdout, `second ${scratch}/second/tool\n`);
    assert.equal(launch(node, ['tool'], { env: { PATH: `${scratch}/first` } }).status, 126);
    assert.equal(
      launch(node, ['tool'], { env: { PATH: ':/bin' }, cwd: `${scratch}/second` }).stdout,
      'second tool\n',
    );
  });
});
