import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Instructions of all threads of a process; the kernel's are not among them. */
export interface Instructions {
  /** Of V8's parsers and compilers, which are done one day: the longer a program runs, the less they do. */
  readonly compiling: number;
  readonly others: number;
}

/** The command that counts, without the program's. @param directory - an empty one, for {@link readDump}. */
export function callgrind(directory: string): [command: string, ...args: string[]] {
  return [
    'valgrind',
    '--tool=callgrind',
    '--quiet',
    '--smc-check=all-non-file', // V8 replaces its code
    `--callgrind-out-file=${directory}/out`,
  ];
}

/** What was counted until the first dump that was asked for, or else until the end. */
export function readDump(directory: string): Instructions {
  const names = readdirSync(directory);
  return addUp(readFileSync(join(directory, names.includes('out.1') ? 'out.1' : 'out'), 'utf8'));
}

const ofCompilers =
  /v8::internal::(?:compiler|maglev|interpreter|baseline|parsing|Parser|PreParser|Scanner|Zone|Optimized|Pipeline|Turbo|MacroAssembler|Assembler|TickCounter)/;

/**
 * Adds up a dump, function by function: `fn=(12) name` (the name only the first time), then lines of `position cost`; after `calls=` stands what the
 * called functions took, which is theirs.
 *
 * @see https://valgrind.org/docs/manual/cl-format.html
 */
function addUp(dump: string): Instructions {
  const isCompiler = new Map<string, boolean>();
  const sums = { compiling: 0, others: 0 };
  let current: keyof Instructions = 'others';
  let isOfCalled = false;
  for (const line of dump.split('\n')) {
    const named = /^c?fn=(\(\d+\))(?: (.*))?/.exec(line);
    if (named) {
      const [, id = '', name] = named;
      if (name !== undefined) isCompiler.set(id, ofCompilers.test(name.split('(')[0]!));
      if (line.startsWith('fn=')) current = isCompiler.get(id) ? 'compiling' : 'others';
    } else if (line.startsWith('calls=')) isOfCalled = true;
    else if (/^[\d+*-]/.test(line)) {
      if (!isOfCalled) sums[current] += Number(line.split(' ')[1] ?? 0);
      isOfCalled = false;
    }
  }
  return sums;
}
