import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadDefinitions } from './definitions';
import { renderConfigurationPage } from './render-configuration';
import { renderLibraryData, renderLibraryPage, renderLibraryTable } from './render-libraries';
import { renderRegistry } from './render-registry';
import { renderEndingsTable } from './render-reliability';

/**
 * Writes what is derived from the definitions: the registry and the tables of the documentation. With `--check` nothing is written, and a file
 * that is not what it should be fails.
 */
const definitions = loadDefinitions();
const files: Record<string, string> = {
  'instrumentations/index.ts': renderRegistry(definitions),
  'instrumentations/libraries.json': renderLibraryData(definitions),
  'docs/supported-libraries.md': renderLibraryPage(definitions),
  'docs/configuration.md': renderConfigurationPage(definitions),
  'docs/reliability.md': withSection(current('docs/reliability.md') ?? '', 'endings', renderEndingsTable()),
  'README.md': withSection(current('README.md') ?? '', 'libraries', renderLibraryTable(definitions)),
};

const isCheck = process.argv.includes('--check');
let stale = 0;
for (const [file, content] of Object.entries(files)) {
  const wanted = /\.(ts|json)$/.test(file) ? formatted(file, content) : content;
  if (wanted === current(file)) continue;
  if (isCheck) {
    console.error(`${file} is not up to date: run npm run generate`);
    stale++;
  } else {
    writeFileSync(file, wanted);
    console.log(`wrote ${file}`);
  }
}
if (stale > 0) process.exitCode = 1;

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The text with the part between `<!-- name -->` and `<!-- /name -->` replaced. */
function withSection(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`no section ${name}`);
  return before + start + content + end + after;
}

function formatted(file: string, content: string): string {
  return execFileSync('node_modules/.bin/biome', ['format', `--stdin-file-path=${file}`], {
    input: content,
    encoding: 'utf8',
  });
}
