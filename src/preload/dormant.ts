import { basename } from 'node:path';

/**
 * Programs that only start others, or build, or check: with NODE_OPTIONS set they would be traced too, and `npm start` would be a service of its own.
 * What they start is traced.
 */
const tools = [
  'npm',
  'npx',
  'yarn',
  'yarnpkg',
  'pnpm',
  'pnpx',
  'corepack',
  'node-gyp',
  'node-pre-gyp',
  'prebuild-install',
  'husky',
  'lerna',
  'turbo',
  'nodemon',
  'concurrently',
  'cross-env',
  'cross-env-shell',
  'npm-run-all',
  'npm-run-all2',
  'run-s',
  'run-p',
  'lint-staged',
  'tsc',
  'eslint',
  'prettier',
];

/**
 * Whether the main script is one of those, by itself or by a link such as `bin/npm`: by its file name without ending, version and what packages add to it
 * (`npm-cli.js`, `yarn-4.12.0.cjs`, `pnpm.cjs`).
 * @param commands - other names instead; after a first one that begins with `+`, names beside ours (`OTEL_NODE_DORMANT_COMMANDS`).
 */
export function isDormantCommand(
  script: string | undefined,
  commands: readonly string[] | undefined,
): boolean {
  if (script === undefined) return false;
  const [first, ...others] = commands ?? ['+'];
  const names = first?.startsWith('+') ? [...tools, first.slice(1), ...others] : (commands ?? []);
  const file = basename(script);
  const command = file.replace(/\.[cm]?js$/, '');
  return [file, command, command.replace(/-(cli|bin|\d+\.\d.*)$/, '')].some(
    (name) => name !== '' && names.includes(name),
  );
}
