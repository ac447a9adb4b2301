import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { redactArguments } from './command-args';
import type { Detector, Surroundings } from './detector';

/**
 * `process.*` (semantic conventions, "Process"). Arguments are told by default, which the conventions allow where secrets are taken out: they
 * say what a process of a host is for more often than anything else does.
 */
export const process_: Detector = (surroundings) => {
  const [executable = process.execPath, script] = surroundings.argv;
  return {
    attributes: {
      'process.pid': process.pid,
      'process.executable.name': basename(process.execPath),
      'process.executable.path': process.execPath,
      'process.command': script ?? executable,
      'process.command_args': [
        process.argv0,
        ...redactArguments(process.execArgv, 'node'),
        ...redactArguments(surroundings.argv.slice(1)),
      ],
      'process.owner': owner(surroundings),
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'process.runtime.description': 'Node.js',
    },
  };
};

/** From the file where there is one: the system's own lookup may ask a directory service and take seconds. */
function owner({ platform, readFile }: Surroundings): string | undefined {
  if (platform === 'linux') {
    const id = String(process.getuid!());
    const entries = readFile('/etc/passwd')?.split('\n') ?? [];
    return entries.map((entry) => entry.split(':')).find((fields) => fields[2] === id)?.[0];
  }
  try {
    return userInfo().username;
  } catch {
    return undefined; // A user without an entry.
  }
}
