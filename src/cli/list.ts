import { allSettings } from '../config/settings';
import { optionSettings } from '../config/settings/options';
import { addFormat, createProgram } from './flags';
import { type Library, libraries } from './libraries';
import { renderMarkdownTable, renderTable } from './table';

/** `otel-instrument list`: the supported libraries, from the data that docs/supported-libraries.md is made of. */
export async function printLibraries(argv: readonly string[]): Promise<void> {
  const program = createProgram(
    'otel-instrument list',
    '[--format name]',
    'Prints the supported libraries: their versions, the signals that come from them, the options that they have.',
  );
  addFormat(program, ['table', 'json', 'markdown']);
  program.parse(argv, { from: 'user' });
  const listed = libraries.map((library) => ({ ...library, options: optionsOf(library) }));
  process.stdout.write(`${formats[program.opts().format as keyof typeof formats](listed)}\n`);
}

type Listed = Omit<Library, 'options'> & { readonly options: readonly string[] };

/** The variables that are named after an instrumentation: its own options, and those of its kind of work. */
function optionsOf(library: Library): string[] {
  const { name } = library;
  const prefix = `OTEL_INSTRUMENTATION_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_`;
  const shared = allSettings.map((setting) => setting.name).filter((each) => each.startsWith(prefix));
  return [...optionSettings([library]).map((setting) => setting.name), ...shared];
}

const formats = {
  table: (listed: readonly Listed[]) =>
    renderTable([['NAME', 'LIBRARY', 'VERSIONS', 'SIGNALS', 'OPTIONS'], ...listed.flatMap(tableRows)]),
  json: (listed: readonly Listed[]) => JSON.stringify(listed, undefined, 2),
  markdown: (listed: readonly Listed[]) =>
    renderMarkdownTable([
      ['Name in settings', 'Library', 'Versions', 'Signals', 'Options'],
      ...listed.map(({ name, title, link, versions, signals, options }) => [
        `\`${name}\``,
        `[${title}](${link})`,
        versions.join('\n'),
        signals.join(', '),
        options.map((option) => `\`${option}\``).join('\n'),
      ]),
    ]),
};

/** A library with several packages or options takes several lines. */
function tableRows({ name, title, versions, signals, options, isOffByDefault }: Listed): string[][] {
  const seen = signals.join(', ') + (isOffByDefault ? ' (off by default)' : '');
  return Array.from({ length: Math.max(versions.length, options.length, 1) }, (_, line) => [
    line === 0 ? name : '',
    line === 0 ? title : '',
    versions[line] ?? '',
    line === 0 ? seen : '',
    options[line] ?? '',
  ]);
}
