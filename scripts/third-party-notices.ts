import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of everything that the bundles hold, from the list of files that the bundler read.
 * @param inputs - paths below the repository, such as `node_modules/shimmer/index.js`.
 */
export function thirdPartyNotices(inputs: Iterable<string>): string {
  const directories = [...new Set([...inputs].flatMap((file) => packageDirectory(file) ?? []))].sort();
  const sections = directories.map(notice);
  return `This package contains the following packages, bundled.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The official schema of configuration files, which is kept here; its code is made of it. */
const schemaDirectory = 'src/config/file/schema';

function packageDirectory(file: string): string | undefined {
  if (file.startsWith(`${schemaDirectory}/`)) return schemaDirectory;
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

function notice(directory: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  const files = readdirSync(directory).filter(
    (file) => /^(licen[cs]e|notice)/i.test(file) && !file.endsWith('.csv'),
  );
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim());
  if (texts.length === 0) throw new Error(`${name}: no licence text`);
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
