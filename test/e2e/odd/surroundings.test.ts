import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../../harness/node-versions';
import { registerPath } from '../../harness/run-program';
import { coreOnly, coreSpans, layFiles, nodeLines, repository, runOdd } from './odd-program';

/** Outside of the repository, where another user may read it. */
const directory = layFiles({
  'app.cjs': coreOnly,
  'removes-cwd.cjs': `const { mkdtempSync, rmdirSync } = require('node:fs'); const own = mkdtempSync('/tmp/gone-'); process.chdir(own); rmdirSync(own); ${coreOnly}`,
});
chmodSync(directory, 0o755);
const program = join(directory, 'app.cjs');

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    const run = (options: Partial<Parameters<typeof runOdd>[0]>) =>
      runOdd({ args: [program], node: node as string, spans: coreSpans, ...options });

    test('no HOME, no PATH, no TMPDIR', () =>
      run({
        env: { HOME: undefined, PATH: undefined, TMPDIR: undefined, USER: undefined, HOSTNAME: undefined },
      }).then(() => {}));

    test('a HOME that is not there', () =>
      run({ env: { HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere', TMPDIR: '/nowhere' } }).then(() => {}));

    test('a working directory that is removed while the program runs', () =>
      run({ args: [join(directory, 'removes-cwd.cjs')] }).then(() => {}));

    test('a working directory that is gone before the start', async (t) => {
      if (process.platform !== 'linux') return t.skip('only Linux lets a process start there');
      const gone = `d=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0" "$@"`;
      await run({ node: '/bin/sh', args: ['-c', gone, node as string, program] });
    });

    test('a working directory that cannot be written', async (t) => {
      if (process.platform !== 'linux') return t.skip('/proc is Linux’s');
      await run({ cwd: '/proc/self' });
    });
  });
}

describe('another user', () => {
  const isRoot = process.getuid?.() === 0;
  test('nobody, without rights to anything but the package', {
    skip: !isRoot && 'only root can become another user',
  }, async (t) => {
    const installed = join(directory, 'node_modules/otel-instrument');
    mkdirSync(installed, { recursive: true });
    cpSync(join(repository, 'dist'), join(installed, 'dist'), { recursive: true });
    cpSync(registerPath, join(installed, 'register.js'));
    if (spawnSync('setpriv', ['--version']).status !== 0) return t.skip('setpriv is not here');
    const reachable = spawnSync('setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      '-p',
      '1',
    ]);
    if (reachable.status !== 0) return t.skip(`node cannot be run by another user: ${reachable.stderr}`);
    await runOdd({
      node: 'setpriv',
      args: ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program],
      cwd: '/',
      env: { HOME: '/root' },
      traced: { preload: join(installed, 'register.js') },
      spans: coreSpans,
    });
  });
});

describe('a file system that is read-only', () => {
  test('all of it', async (t) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return t.skip('only root can mount');
    const mounted = 'mount -o remount,bind,ro / 2>/dev/null || mount -o remount,ro / 2>/dev/null';
    const works = spawnSync('unshare', [
      '-m',
      'sh',
      '-c',
      `mount --make-rprivate / && mount --bind / / && ${mounted}`,
    ]);
    if (works.status !== 0) return t.skip(`cannot mount here: ${String(works.stderr).trim()}`);
    await runOdd({
      node: 'unshare',
      args: [
        '-m',
        'sh',
        '-c',
        `mount --make-rprivate / && mount --bind / / && (${mounted}); exec "$0" "$@"`,
        process.execPath,
        program,
      ],
      spans: coreSpans,
    });
  });
});
