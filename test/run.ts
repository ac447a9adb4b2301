import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { ensureInstalled } from './harness/install';
import { startShared } from './harness/shared-servers';

/**
 * `npm test [-- <part of a file name>...]`: runs the test files, each in a process of its own, and ends with
 * `N passed, N failed, N skipped`. Exit code 1 on a failure, with CI=true also on a skip.
 */
async function main(): Promise<void> {
  const parts = process.argv.slice(2);
  const files = testFiles(parts);
  if (files.length === 0) throw new Error(`no test file has ${parts.join(' or ')} in its name`);
  for (const directory of [__dirname, join(__dirname, '../fixtures')]) ensureInstalled(directory);
  const servers = await startShared(files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  const interrupt = () => void servers.stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    Object.assign(process.env, servers.env);
    const { passed, failed, skipped } = await runFiles(files);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exitCode = failed > 0 || (process.env.CI === 'true' && skipped > 0) ? 1 : 0;
  } finally {
    await servers.stop();
  }
}

function testFiles(parts: readonly string[]): string[] {
  return readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !/(^|\/)(node_modules|nodes)\//.test(name))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .map((name) => join(__dirname, name))
    .sort();
}

/** Longest time of one file; a test that hangs must not hang the run. */
const fileTimeoutMillis = 10 * 60_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Files whose tests compare how long programs take: they get the machine for themselves, after the others. */
const measuresTime = /endings|chaos|resolver|soak|fuzz/;

async function runFiles(files: readonly string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const alone = files.filter((file) => measuresTime.test(file));
  const waiting = files.filter((file) => !measuresTime.test(file));
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await runFile(file, counts);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  for (const file of alone) await runFile(file, counts);
  return counts;
}

/** The file's process inherits this one's arguments, and with them tsx. */
async function runFile(file: string, counts: Counts): Promise<void> {
  const path: string[] = [relative(__dirname, file)];
  let output = '';
  for await (const { type, data } of run({ files: [file], timeout: fileTimeoutMillis })) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      output += data.message;
      continue;
    }
    if (type === 'test:start') path[data.nesting + 1] = data.name;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const ofFile = data.name === file;
    const title = ofFile ? path[0]! : [path[0], ...path.slice(1, data.nesting + 1), data.name].join(' > ');
    if (type === 'test:pass' && isSkipped(data)) {
      counts.skipped++;
      console.log(`SKIP ${title}: ${reason(data)}`);
    } else if (type === 'test:pass' && ofFile) {
      counts.failed++;
      console.log(`FAIL ${title}: the file has no test`);
    } else if (type === 'test:pass' && data.details.type !== 'suite') {
      counts.passed++;
    } else if (type === 'test:fail' && !failedByItsTests(data)) {
      counts.failed++;
      console.log(`FAIL ${title}\n${indent(describe(data.details.error))}`);
      if (ofFile) console.log(indent(output));
    }
  }
}

interface Outcome {
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
}

const isSkipped = ({ skip, todo }: Outcome) => (skip ?? todo ?? false) !== false;

function reason({ skip, todo }: Outcome): string {
  return (
    [skip, todo].find((each) => typeof each === 'string' && each !== '')?.toString() ?? 'no reason given'
  );
}

/** A suite fails with its tests, and those are counted. */
function failedByItsTests({ details }: { details: { error: Error } }): boolean {
  return (details.error as { failureType?: string }).failureType === 'subtestsFailed';
}

/** node:test wraps what a test threw; for an assertion its message tells enough, with the place in the test. */
function describe({ cause, message }: Error): string {
  if (!(cause instanceof Error)) return String(cause ?? message);
  const place = cause.stack?.split('\n').find((line) => /\.test\.ts:\d+/.test(line));
  if ((cause as { code?: string }).code === 'ERR_ASSERTION')
    return cause.message + (place ? `\n${place}` : '');
  return cause.stack ?? inspect(cause);
}

const indent = (text: string) => text.trimEnd().replace(/^/gm, '  ');

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
