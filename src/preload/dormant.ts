import { basename } from 'node:path';

/**
 * Programs that only start others, or build: with NODE_OPTIONS set they would be traced too, and `npm start` would be a service of its own. What they
 * start is traced. By the file name of their main script.
 */
const tools = new Set([
  'npm',
  'npx',
  'yarn',
  'pnpm',
  'pnpx',
  'corepack',
  'node-gyp',
  'npm-cli.js',
  'npx-cli.js',
  'yarn.js',
  'pnpm.cjs',
  'pnpx.cjs',
  'corepack.js',
  'node-gyp.js',
  'tsc',
  'tsc.js',
  'eslint',
  'eslint.js',
  'prettier',
  'prettier.cjs',
]);

/** Whether the main script is one of those tools, by itself or by a link such as `bin/npm`. */
export function isTool(script: string | undefined): boolean {
  return script !== undefined && tools.has(basename(script));
}
