import { Command, Option } from 'commander';
import { version } from '../../package.json';
import { allSettings, type Setting, valueText } from '../config/settings';
import { log } from '../diag/log';
import { nearest } from '../config/nearest';

const variableNames = allSettings.map(({ name }) => name);

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
  const variables: Record<string, string> = Object.create(null);
  const program = new Command('otel-instrument')
    .usage('[--flag value]... [--] command [args...]')
    .description('Runs a command with OpenTelemetry in every Node.js process that it starts.')
    .argument('[command...]')
    .passThroughOptions()
    .version(version, '-v, --version', 'Prints the version.')
    .helpOption('-h, --help', 'Prints this text.')
    .addHelpText('after', explanation)
    .configureOutput({ outputError: (message) => log.error(plainMessage(message)) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

  for (const setting of allSettings) {
    program.addOption(
      new Option(`--${canonicalFlag(setting.name)} <value>`, describe(setting)).argParser(set(setting.name)),
    );
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

  program.parse(argv, { from: 'user' });
  return { variables, command: program.args };

  function set(name: string) {
    return (value: string) => {
      // `--service_name --log_level debug`: the value was forgotten. With `=` anything goes.
      if (value.startsWith('--') && argv.includes(value)) {
        program.error(`error: --${canonicalFlag(name)}: expected a value, got "${value}"`);
      }
      variables[name] = value;
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

function canonicalFlag(variable: string): string {
  return variable.replace(/^OTEL_(NODE_)?/, '').toLowerCase();
}

function describe({ description, parser, fallback }: Setting<unknown>): string {
  const standard = fallback === undefined ? '' : `; default ${valueText(fallback)}`;
  return `${description} Takes ${parser.expected}${standard}.`;
}

const explanation = `
Each flag sets the variable of the same name for the command: --service_name and --service-name set OTEL_SERVICE_NAME,
and are stronger than it. Any other OTEL_* variable can be set in the same way.

Examples:
  otel-instrument node app.js
  otel-instrument --service_name shop --exporter_otlp_endpoint http://collector:4318 -- npm start
`;
