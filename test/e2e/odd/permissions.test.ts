import { join } from 'node:path';
import { describe, test } from 'node:test';
import { satisfies } from 'semver';
import { nodeVersion } from '../../harness/node-versions';
import { coreOnly, coreSpans, layFiles, nodeLines, repository, runOdd } from './odd-program';

const directory = layFiles({
  'app.cjs': `${coreOnly}\nconsole.log(process.permission.has('fs.write'), process.permission.has('child'));`,
  'client.cjs': `require('node:http').get({ host: '127.0.0.1', port: 1 }).on('error', ({ code }) => console.log(code));`,
  'quiet.cjs': 'console.log("nothing to trace");',
});
const program = join(directory, 'app.cjs');

interface Grant {
  readonly name: string;
  /** Folders that may be read; default: everything. */
  readonly folders?: readonly string[];
  readonly flags?: readonly string[];
}

/** Under all of these the program is traced, and nothing is said. */
const grants: readonly Grant[] = [
  { name: 'reading everything' },
  { name: 'reading the program and us', folders: [directory, repository] },
  { name: 'reading and writing everything', flags: ['--allow-fs-write=*'] },
  { name: 'workers and child processes', flags: ['--allow-worker', '--allow-child-process'] },
];

for (const version of nodeLines.filter((each) => satisfies(each, '>=20'))) {
  const node = nodeVersion(version);
  const isNewer = satisfies(version, '>=22');
  const asksBeforePreloading = satisfies(version, '<22.15');
  const permission = satisfies(version, '>=23.5 || ^22.13') ? '--permission' : '--experimental-permission';
  const net = satisfies(version, '>=25') ? ['--allow-net'] : [];
  const reading = (folders: readonly string[]) => {
    const paths = folders.map((folder) => (folder === '*' ? folder : join(folder, '*')));
    return isNewer ? paths.map((path) => `--allow-fs-read=${path}`) : [`--allow-fs-read=${paths.join()}`];
  };
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    const run = (args: readonly string[], spans: readonly string[], lines: readonly RegExp[] = []) =>
      runOdd({ args: [permission, ...args], node: node as string, spans, lines });

    for (const { name, folders = ['*'], flags = [] } of grants)
      test(name, async () => {
        await run([...reading(folders), ...flags, ...net, program], coreSpans);
      });

    // Older ones do not even look at a preload that may not be read, and end.
    if (!asksBeforePreloading)
      test('our files may not be read', async () => {
        await run([...reading([directory]), join(directory, 'quiet.cjs')], [], [/could not be loaded/]);
      });

    if (net.length > 0)
      test('no network', async () => {
        await run([...reading(['*']), join(directory, 'client.cjs')], [], [/spans/]);
      });
  });
}
