import { namesConfigFile } from '../config/before-start';
import { complainAboutNames } from '../config/enabled';
import { type Explanation, explainConfig } from '../config/explain';
import { log } from '../diag/log';
import { addFormat, addSettingFlags, canonicalFlag, createProgram } from './flags';
import { libraries } from './libraries';
import { renderTable } from './table';

/**
 * `otel-instrument config`: every setting as a program under these variables and flags would see it, with its source. What is wrong is told on
 * standard error. Exit code 1 if the configuration file is not valid.
 *
 * @param variables - set by flags before the word
 */
export async function printConfig(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const program = createProgram(
    'otel-instrument config',
    '[--flag value]... [--format name]',
    'Prints every setting, its value and where it comes from, without secrets; takes the flags that a program is run with.',
  );
  addFormat(program, ['table', 'json', 'env', 'yaml']);
  const flags = addSettingFlags(program, argv);
  program.parse(argv, { from: 'user' });

  const set: Record<string, string> = { ...variables, ...flags };
  const flagOf = (name: string) => (name in set ? `--${canonicalFlag(name)}` : undefined);
  const env = { ...process.env, ...set };
  const explanation = explainConfig(env, libraries, flagOf);
  const names = libraries.map(({ name }) => name);
  const { complaints, config } = explanation;
  for (const complaint of [...complaints, ...complainAboutNames(config.instrumentations, names)])
    log.warn(complaint);
  if (namesConfigFile(env) && !explanation.loaded?.file) {
    process.exitCode = 1;
    return;
  }
  const { format } = program.opts<{ format: keyof typeof formats }>();
  process.stdout.write(`${formats[format](explanation)}\n`);
}

const formats = {
  table: ({ groups }: Explanation) =>
    renderTable([
      ['SETTING', 'SOURCE', 'VALUE'],
      ...groups.flatMap(({ title, rows }) => [
        ['', '', ''],
        [title, '', ''],
        ...rows.map(({ name, value, source }) => [`  ${name}`, source, cellText(value)]),
      ]),
    ]),
  json: ({ groups }: Explanation) =>
    JSON.stringify(
      groups.flatMap(({ rows }) => rows),
      (_, value) => (value === Number.POSITIVE_INFINITY || value === undefined ? null : value),
      2,
    ),
  env: (explanation: Explanation) => envLines(explanation).join('\n'),
  yaml: ({ config, read }: Explanation) => {
    const { writeConfigFile } = require('../config/file/write') as typeof import('../config/file/write');
    return writeConfigFile(config, libraries, read);
  },
};

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  return plainText(value) || '(none)';
}

/** As it would stand in a variable. */
function plainText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}=${String(each)}`)
    .join(',');
}

/** For a shell, or an env file: what is set, and the defaults in comments. With a file, the file is all there is to set. */
function envLines({ groups, loaded }: Explanation): string[] {
  if (loaded) return [`OTEL_CONFIG_FILE=${quoted(loaded.fileName)}`];
  return groups.flatMap(({ rows }) =>
    rows
      .filter(({ value }) => value !== undefined && value !== Number.POSITIVE_INFINITY)
      .map(
        ({ name, value, source }) => `${source === 'default' ? '# ' : ''}${name}=${quoted(plainText(value))}`,
      ),
  );
}

function quoted(text: string): string {
  return /^[\w./:@,=+-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
