import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Option } from 'commander';
import { loadConfig } from '../config/load';
import { log } from '../diag/log';
import { type Coverage, coverageOf } from './coverage';
import { createProgram } from './flags';
import { libraries } from './libraries';
import { type Project, packageManagerOf, readProject } from './project';
import { renderTable } from './table';

/**
 * `otel-instrument bootstrap`: what `opentelemetry-bootstrap` is for Python. Says on standard error which of the project's libraries are instrumented;
 * for those that are not, but have an instrumentation of the OpenTelemetry project, the names of its packages go to standard output, one a line, or are
 * installed.
 */
export async function runBootstrap(argv: readonly string[]): Promise<void> {
  const program = createProgram(
    'otel-instrument bootstrap',
    '[-a requirements|install]',
    'Looks which libraries of the project in this folder are instrumented, and which packages instrument the rest.',
  );
  program.addOption(
    new Option('-a, --action <name>', 'Prints the packages, or installs them by npm, yarn or pnpm.')
      .choices(['requirements', 'install'])
      .default('requirements'),
  );
  program.parse(argv, { from: 'user' });

  const project = readProject(process.cwd());
  if (project === undefined) {
    log.error(`no package.json in ${process.cwd()} or above`);
    process.exitCode = 1;
    return;
  }
  const covered = coverageOf(project, loadConfig(process.env, libraries).config);
  process.stderr.write(`${renderTable([['PACKAGE', 'VERSION', 'INSTRUMENTED'], ...covered.map(row)])}\n`);
  const packages = [...new Set(covered.flatMap(({ contribPackage }) => contribPackage ?? []))];
  if (program.opts<{ action: string }>().action === 'install') await install(packages, project);
  else for (const name of packages) process.stdout.write(`${name}\n`);
}

function row({ name, version, state, range, contribPackage }: Coverage): string[] {
  const answers: Readonly<Record<Coverage['state'], string>> = {
    instrumented: 'yes',
    tried: `tried: newer than ${range}`,
    'too old': `no: supported is ${range}`,
    'not installed': 'not installed',
    disabled: 'no: switched off',
    'off by default': 'on request',
    elsewhere: `no: by ${contribPackage}`,
  };
  return [name, version ?? '-', answers[state]];
}

async function install(packages: readonly string[], { directory }: Project): Promise<void> {
  if (packages.length === 0) {
    process.stderr.write('Nothing to install.\n');
    return;
  }
  const { command, add } = packageManagerOf(directory);
  process.stderr.write(`${command} ${add} ${packages.join(' ')}\n`);
  const child = spawn(command, [add, ...packages], {
    cwd: directory,
    stdio: 'inherit',
    // On Windows they are scripts.
    shell: process.platform === 'win32',
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    process.exitCode = code ?? 1;
  } catch {
    log.error(`${command}: command not found`);
    process.exitCode = 127;
    return;
  }
  if (process.exitCode === 0)
    process.stderr.write(
      'Each of them is to be registered by the program: new XInstrumentation().enable().\n',
    );
}
