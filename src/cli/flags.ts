import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { version } from '../../package.json';
import { nearest } from '../config/nearest';
import { allSettings, type Setting, valueText } from '../config/settings';
import { general } from '../config/settings/general';
import { optionSettings } from '../config/settings/options';
import { log } from '../diag/log';
import { libraries } from './libraries';

const options = optionSettings(libraries);
const variableNames = [...allSettings, ...options].map(({ name }) => name);

/**
 * Reads the flags before the command; the first argument that is not a flag, or follows `--`, starts it. `--help`, `--version` and
 * a flag that cannot be read end this process, with exit code 0 or 2.
 *
 * @returns the variables that the flags set, and the command with its arguments
 */
export function parseFlags(argv: readonly string[]): {
  variables: Record<string, string>;
  command: string[];
} {
  const program = createProgram(
    'otel-instrument',
    '[--flag value]... [--] command [args...]',
    'Runs a command with OpenTelemetry in every Node.js process that it starts.',
  )
    .argument('[command...]')
    .passThroughOptions()
    .version(version, '-v, --version', 'Prints the version.')
    .addHelpText('after', explanation);
  const variables = addSettingFlags(program, argv);
  program.parse(argv, { from: 'user' });
  return { variables, command: program.args };
}

/** A command of ours: its help, and how its mistakes are told. */
export function createProgram(name: string, usage: string, description: string): Command {
  return new Command(name)
    .usage(usage)
    .description(description)
    .helpOption('-h, --help', 'Prints this text.')
    .allowExcessArguments(false)
    .configureOutput({ outputError: (message) => log.error(plainMessage(message)) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Adds `--format`, the first of the names being the default. */
export function addFormat(program: Command, names: readonly string[]): void {
  const option = new Option('--format <name>', `Prints in another form: ${names.join(', ')}.`);
  program.addOption(
    option.default(names[0]).argParser((value: string) => {
      if (names.includes(value)) return value;
      return program.error(`error: --format: expected ${names.join(', ')}, got ${JSON.stringify(value)}`);
    }),
  );
}

/**
 * Adds a flag for each setting.
 * @returns the variables that they set, once the program has parsed
 */
export function addSettingFlags(program: Command, argv: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const setting of allSettings) {
    program.addOption(
      new Option(`--${canonicalFlag(setting.name)} <value>`, describe(setting)).argParser(set(setting.name)),
    );
  }
  // There are too many of them to be listed here: `otel-instrument list` does.
  for (const { name } of options) {
    const parser = set(name);
    program.addOption(new Option(`--${canonicalFlag(name)} <value>`).argParser(parser).hideHelp());
  }
  // Other spellings and names that are not in the table, as they stand. Flags after the command are among them, which is harmless:
  // they are declared, but commander stops reading at the command.
  for (const flag of new Set(argv.map((argument) => FLAG.exec(argument)?.[0]))) {
    if (flag === undefined || program.options.some(({ long }) => long === flag) || flag === '--help')
      continue;
    const known = knownVariable(flag);
    const parser = known === undefined ? setUnknown(flag) : set(known);
    program.addOption(new Option(`${flag} <value>`).argParser(parser).hideHelp());
  }
  return variables;

  function set(name: string) {
    return (value: string) => {
      // `--service_name --log_level debug`: the value was forgotten. With `=` anything goes.
      if (value.startsWith('--') && argv.includes(value)) {
        program.error(`error: --${canonicalFlag(name)}: expected a value, got "${value}"`);
      }
      // Whatever directory the command goes to.
      variables[name] = name === general.configFile.name ? resolve(value) : value;
    };
  }

  function setUnknown(flag: string) {
    return (value: string) => {
      const name = plainVariable(flag);
      const near = nearest(name, variableNames);
      const hint = near === undefined ? '' : `; did you mean --${canonicalFlag(near)}?`;
      log.warn(`${flag}: expected the flag of a setting, got an unknown name; using it as ${name}${hint}`);
      set(name)(value);
    };
  }
}

/** Commander's words for the most frequent mistake, in ours. */
function plainMessage(message: string): string {
  return message
    .trim()
    .replace(/^error: /, '')
    .replace(/^option '(\S+) <value>' argument missing$/, '$1: expected a value, got nothing');
}

/** Up to a `=`, if any. */
const FLAG = /^--\w[\w-]*/;

/** The variable in the table that a flag means: OTEL_ and OTEL_NODE_ may be left out, `-` stands for `_`. */
function knownVariable(flag: string): string | undefined {
  const plain = plainVariable(flag);
  return [plain, plain.replace('OTEL_', 'OTEL_NODE_')].find((name) => variableNames.includes(name));
}

function plainVariable(flag: string): string {
  const name = flag.slice(2).toUpperCase().replaceAll('-', '_');
  return name.startsWith('OTEL_') ? name : `OTEL_${name}`;
}

/** `OTEL_NODE_EXIT_TIMEOUT` is `--exit_timeout`. */
export function canonicalFlag(variable: string): string {
  return variable.replace(/^OTEL_(NODE_)?/, '').toLowerCase();
}

function describe({ description, parser, fallback }: Setting<unknown>): string {
  const standard = fallback === undefined ? '' : `; default ${valueText(fallback)}`;
  return `${description} Takes ${parser.expected}${standard}.`;
}

const explanation = `
Commands of its own, with their own --help:
  otel-instrument config      every setting, its value and where it comes from
  otel-instrument list        the supported libraries
  otel-instrument doctor      why there is no telemetry; with -- and a command, also runs it and says what was recorded
  otel-instrument bootstrap   which libraries of the project are instrumented, and what instruments the rest
A program of such a name is run after --: otel-instrument -- list

Each flag sets the variable of the same name for the command: --service_name and --service-name set OTEL_SERVICE_NAME,
and are stronger than it. Any other OTEL_* variable can be set in the same way.

Examples:
  otel-instrument node app.js
  otel-instrument --service_name shop --exporter_otlp_endpoint http://collector:4318 -- npm start
`;
