import { run } from './run';

const usage = `Usage: otel-instrument [--flag value]... [--] command [args...]
Try otel-instrument --help.
`;

/** `otel-instrument [--flag value]... [--] command [args...]`: runs the command with the preload and the settings of the flags. */
async function main(argv: readonly string[]): Promise<void> {
  const { variables, command } = await parse(argv);
  const [name, ...args] = command;
  if (name === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  run(name, args, { ...process.env, ...variables });
}

async function parse(argv: readonly string[]) {
  if (argv[0] === '--') return { variables: {}, command: argv.slice(1) };
  if (!argv[0]?.startsWith('-')) return { variables: {}, command: argv };
  // Loaded here only, since a command without flags, the usual case, needs neither commander nor the table of settings.
  const { parseFlags } = await import('./flags');
  return parseFlags(argv);
}

void main(process.argv.slice(2));
