import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { build, defaultServiceName } from '../../../src/sdk/resource/build';
import { detectAll, type Fake, fakeSurroundings } from './fake-surroundings';

const sha = '9d59409acf479dfa0df1aa568182e43e43df8bbe';
const otherSha = 'b1946ac92492d2347c6235b4d2611184b1946ac9';

describe('the package', () => {
  const script = (path: string, cwd = '/srv/app') => ({ argv: ['/usr/bin/node', path], cwd });
  const manifests = (...paths: string[]) =>
    Object.fromEntries(
      paths.map((path) => [
        `${path}/package.json`,
        JSON.stringify({ name: path.slice(1), version: '4.5.6' }),
      ]),
    );
  const cases: readonly [title: string, fake: Fake, name: string, version: string | undefined][] = [
    [
      'beside the script',
      { ...script('/srv/app/main.js'), files: manifests('/srv/app', '/srv') },
      'srv/app',
      '4.5.6',
    ],
    [
      'above it',
      { ...script('/srv/app/dist/src/main.js'), files: manifests('/srv/app') },
      'srv/app',
      '4.5.6',
    ],
    [
      'above one without a name',
      {
        ...script('/srv/app/dist/main.js'),
        files: { ...manifests('/srv/app'), '/srv/app/dist/package.json': '{"type":"module"}' },
      },
      'srv/app',
      '4.5.6',
    ],
    [
      'that a dependency with a command is run for',
      {
        ...script('/srv/app/node_modules/next/dist/bin/next'),
        files: manifests('/srv/app', '/srv/app/node_modules/next'),
      },
      'srv/app',
      '4.5.6',
    ],
    [
      'that a global command is run for',
      {
        ...script('/usr/lib/node_modules/pm2/lib/ProcessContainer.js'),
        files: manifests('/srv/app', '/usr/lib/node_modules/pm2'),
      },
      'srv/app',
      '4.5.6',
    ],
    ['without a version', { files: { '/srv/app/package.json': '{"name":"shop"}' } }, 'shop', undefined],
    [
      'without a script',
      { argv: ['/usr/bin/node'], files: manifests('/srv/app') },
      'unknown_service:node',
      undefined,
    ],
    ...['{', '{ "name": 7 }', '[]', 'null', ''].map((content): [string, Fake, string, undefined] => [
      `that is ${content || 'empty'}`,
      { files: { '/srv/app/package.json': content } },
      'unknown_service:node',
      undefined,
    ]),
  ];
  for (const [title, fake, name, version] of cases) {
    test(title, async () => {
      assert.equal(defaultServiceName(fakeSurroundings(fake)), name);
      assert.equal((await detectAll(build, fake))['service.version'], version);
    });
  }
});

describe('the commit', () => {
  const head = { '/srv/app/.git/HEAD': 'ref: refs/heads/feature/cart\n' };
  const branch = {
    'vcs.ref.head.revision': sha,
    'vcs.ref.head.name': 'feature/cart',
    'vcs.ref.head.type': 'branch',
  };
  const cases: readonly [title: string, fake: Fake, expected: object][] = [
    ['of a branch', { files: { ...head, '/srv/app/.git/refs/heads/feature/cart': `${sha}\n` } }, branch],
    [
      'of a packed branch',
      {
        files: {
          ...head,
          '/srv/app/.git/packed-refs': `# pack-refs with: peeled\n${otherSha} refs/heads/main\n${sha} refs/heads/feature/cart\n`,
        },
      },
      branch,
    ],
    ['of no branch', { files: { '/srv/app/.git/HEAD': sha } }, { 'vcs.ref.head.revision': sha }],
    ['of a repository further up', { files: { '/.git/HEAD': sha } }, { 'vcs.ref.head.revision': sha }],
    [
      'of a worktree',
      {
        files: {
          '/srv/app/.git': 'gitdir: /repo/.git/worktrees/app',
          '/repo/.git/worktrees/app/HEAD': 'ref: refs/heads/feature/cart',
          '/repo/.git/worktrees/app/commondir': '../..',
          '/repo/.git/refs/heads/feature/cart': sha,
        },
      },
      branch,
    ],
    ['of a repository without commits', { files: head }, {}],
    ['of something else', { files: { '/srv/app/.git/HEAD': 'hello' } }, {}],
    ['in a variable', { env: { GIT_COMMIT: 'main', GITHUB_SHA: sha } }, { 'vcs.ref.head.revision': sha }],
    [
      'checked out, rather than in a variable',
      { env: { GIT_COMMIT: otherSha }, files: { '/srv/app/.git/HEAD': sha } },
      { 'vcs.ref.head.revision': sha },
    ],
    ['of nothing', {}, {}],
  ];
  for (const [title, fake, expected] of cases)
    test(title, async () => assert.deepEqual(await detectAll(build, fake), expected));
});

describe('the repository', () => {
  const remotes: readonly [url: string, full: string | undefined, name?: string][] = [
    ['https://github.com/acme/shop.git', 'https://github.com/acme/shop', 'shop'],
    ['https://me:hunter2@gitlab.com/acme/eu/shop', 'https://gitlab.com/acme/eu/shop', 'shop'],
    ['git@github.com:acme/shop.git', 'https://github.com/acme/shop', 'shop'],
    ['ssh://git@git.acme.example:2222/acme/shop.git', 'https://git.acme.example/acme/shop', 'shop'],
    ['/home/me/shop.git', undefined],
    ['../shop', undefined],
  ];
  for (const [url, full, name] of remotes) {
    test(url, async () => {
      const config = `[core]\n\tbare = false\n[remote "fork"]\n\turl = https://x.example/a/b\n[remote "origin"]\n\tfetch = +refs/*\n\turl = ${url}\n[branch "main"]\n\tremote = origin\n`;
      const found = await detectAll(build, {
        files: { '/srv/app/.git/HEAD': sha, '/srv/app/.git/config': config },
      });
      assert.deepEqual([found['vcs.repository.url.full'], found['vcs.repository.name']], [full, name]);
    });
  }
});
