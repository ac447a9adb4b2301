import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, fillCache, run } from './servers/cache';
import { Unavailable } from './servers/server';

/** Where module loading or context changes its behaviour, and the newest release of each line. */
export const nodeVersionsToTest = [
  '18.19.0',
  '20.6.0',
  '22.14.0',
  '22.22.2',
  '22.23.3',
  '24.11.0',
  '24.21.0',
  '26.10.0',
] as const;

const npmPackage = `node-${process.platform}-${process.arch}`;

/**
 * The path of a `node` of exactly this version, or the reason why there is none. Downloads nothing.
 *
 * @param exact such as `22.14.0`
 */
export function nodeVersion(exact: string): string | Unavailable {
  if (exact === process.versions.node) return process.execPath;
  const binary = binaryIn(cached(`node/${exact}`));
  if (existsSync(binary)) return binary;
  return new Unavailable(
    `Node.js ${exact} is not here; \`npx tsx test/harness/node-versions.ts\` fetches it`,
  );
}

/**
 * Fetches the versions that are missing from npm, which carries `node` itself (150 to 210 MB each).
 *
 * @throws Error when npm has no binary of a version for this platform, or when it does not run here
 */
export function installNodeVersions(versions: readonly string[]): void {
  for (const version of versions) {
    if (typeof nodeVersion(version) === 'string') continue;
    process.stdout.write(`fetching Node.js ${version} from npm\n`);
    fillCache(`node/${version}`, (directory) => {
      const quietly = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
      run('npm', ['install', '--prefix', directory, ...quietly, `${npmPackage}@${version}`], directory);
      run(binaryIn(directory), ['--version'], directory);
    });
  }
}

function binaryIn(directory: string): string {
  return join(directory, 'node_modules', npmPackage, 'bin', 'node');
}

if (require.main === module) {
  const asked = process.argv.slice(2);
  installNodeVersions(asked.length > 0 ? asked : nodeVersionsToTest);
}
