import { test } from 'node:test';
import { satisfies } from 'semver';
import { nodeVersion } from '../../harness/node-versions';
import { coreOnly, coreSpans, layFiles, nodeLines, runOdd } from './odd-program';

/** Flags that take something away from all code of a process, ours included. */
const flags: readonly { flag: string; versions?: string }[] = [
  { flag: '--frozen-intrinsics' },
  { flag: '--disable-proto=throw' },
  { flag: '--disable-proto=delete' },
  { flag: '--disallow-code-generation-from-strings' },
  { flag: '--no-deprecation' },
  { flag: '--throw-deprecation' },
  { flag: '--unhandled-rejections=none' },
  { flag: '--no-experimental-global-navigator', versions: '>=21.2.0' },
  { flag: '--jitless' },
  { flag: '--preserve-symlinks' },
  { flag: '--preserve-symlinks-main' },
  { flag: '--no-addons' },
  { flag: '--max-old-space-size=48' },
  { flag: '--stack-size=400' },
];

const directory = layFiles({ 'app.cjs': coreOnly });

for (const version of nodeLines) {
  const node = nodeVersion(version);
  for (const { flag, versions = '*' } of flags) {
    if (!satisfies(version, versions)) continue;
    test(`${flag} on Node ${version}`, { skip: typeof node !== 'string' && node.message }, async () => {
      await runOdd({ args: [flag, `${directory}/app.cjs`], node: node as string, spans: coreSpans });
    });
  }
}
