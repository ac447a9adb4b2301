import { run } from './run';

const usage = `Usage: otel-instrument [--flag value]... [--] command [args...]
Try otel-instrument --help.
`;

/** What a command of ours gets: the arguments that follow its word, and the variables that flags before the word set. */
type OwnCommand = (argv: readonly string[], variables: Readonly<Record<string, string>>) => Promise<void>;

/** Words that are commands of ours; a program of such a name is run after `--`. */
const ownCommands: Readonly<Record<string, OwnCommand>> = {
  bootstrap: async (argv) => (await import('./bootstrap')).runBootstrap(argv),
  config: async (argv, variables) => (await import('./config')).printConfig(argv, variables),
  doctor: async (argv, variables) => (await import('./doctor')).runDoctor(argv, variables),
  list: async (argv) => (await import('./list')).printLibraries(argv),
};

/**
 * `otel-instrument [--flag value]... [--] command [args...]`: runs the command with the preload and the settings of the flags, or one of
 * {@link ownCommands}.
 */
async function main(argv: readonly string[]): Promise<void> {
  const { variables, command, isOwn } = await parse(argv);
  const [name, ...args] = command;
  if (name === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  if (isOwn) return ownCommands[name]!(args, variables);
  run(name, args, { ...process.env, ...variables });
}

async function parse(argv: readonly string[]) {
  if (argv[0] === '--') return { variables: {}, command: argv.slice(1), isOwn: false };
  const isOwn = (word: string | undefined) => word !== undefined && Object.hasOwn(ownCommands, word);
  if (!argv[0]?.startsWith('-')) return { variables: {}, command: argv, isOwn: isOwn(argv[0]) };
  // Loaded here only, since a command without flags, the usual case, needs neither commander nor the table of settings.
  const { parseFlags } = await import('./flags');
  const { variables, command } = parseFlags(argv);
  const isExplicit = argv[argv.length - command.length - 1] === '--';
  return { variables, command, isOwn: isOwn(command[0]) && !isExplicit };
}

void main(process.argv.slice(2));
