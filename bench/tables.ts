import type { Agent } from './agents';
import type { DelayResult, SlicesResult } from './measure-delay';
import type { FirstSpanResult } from './measure-first-span';
import type { IdleResult } from './measure-idle';
import type { RequestInstructions, ScriptInstructions } from './measure-instructions';
import type { LoadProgram, LoadSample } from './measure-load';
import type { ModulesResult } from './measure-modules';
import type { NoneResult } from './measure-none';
import type { Loaded, StartResult, StartSample } from './measure-start';
import { queueSize, type ThroughputResult } from './measure-throughput';
import { median, quartiles, signed, spread, table } from './statistics';

const mebibyte = 2 ** 20;

export interface LoadResult {
  readonly agent: Agent;
  readonly spansPerRequest: number;
  readonly samples: readonly LoadSample[];
}

/** What a program costs a request under each agent; the first is the bare program, the second is ours. */
export function loadTable(program: LoadProgram, results: readonly LoadResult[]): string {
  const cpuOf = ({ samples }: LoadResult) => samples.map((sample) => sample.cpuMicrosPerRequest);
  const [bare, ours] = results as [LoadResult, LoadResult];
  const addedBy = (result: LoadResult) => median(cpuOf(result)) - median(cpuOf(bare));
  const mebibytes = ({ samples }: LoadResult, key: 'heapBytes' | 'rssBytes') =>
    median(samples.map((sample) => sample[key])) / mebibyte;
  const memory = (result: LoadResult, key: 'heapBytes' | 'rssBytes') =>
    result === bare
      ? mebibytes(result, key).toFixed(0)
      : signed(mebibytes(result, key) - mebibytes(bare, key), 1);

  const rows = results.map((result) => [
    result.agent.name,
    spread(cpuOf(result), 1),
    result === bare ? '' : signed(addedBy(result), 1),
    result === bare || result === ours ? '' : (addedBy(ours) / addedBy(result)).toFixed(2),
    result === bare ? '' : String(result.spansPerRequest),
    result === bare ? '' : percent(Math.min(...result.samples.map(({ delivered }) => delivered))),
    memory(result, 'heapBytes'),
    memory(result, 'rssBytes'),
    median(result.samples.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
  ]);
  const header = [
    'agent',
    'CPU a request, us',
    'added, us',
    'ours / theirs',
    'spans a request',
    'delivered',
    'heap + external, MiB',
    'resident, MiB',
    'requests/s',
  ];
  const { requests, connections, maxMillis } = program;
  const rounds = bare.samples.length;
  return `${rounds} rounds of ${requests} requests (or ${maxMillis / 1000} s) on ${connections} connections.\n\n${table(header, rows)}`;
}

/** What the start and the end of a process cost under each agent; the first is the bare program, the second is ours. */
export function startTable(results: readonly StartResult[], loaded: Loaded): string {
  const cpuOf = ({ withCollector }: StartResult) => withCollector.map(({ cpuMillis }) => cpuMillis);
  const wallOf = (samples: readonly StartSample[]) => spread(samples.map(({ wallMillis }) => wallMillis));
  const [bare, ours] = results as [StartResult, StartResult];
  const addedBy = (result: StartResult) => median(cpuOf(result)) - median(cpuOf(bare));
  const rows = results.map((result) => [
    result.agent.name,
    spread(cpuOf(result)),
    result === bare ? '' : signed(addedBy(result)),
    result === bare || result === ours ? '' : (addedBy(ours) / addedBy(result)).toFixed(2),
    wallOf(result.withCollector),
    wallOf(result.withoutCollector),
  ]);
  const header = [
    'agent',
    'CPU, ms',
    'added, ms',
    'ours / theirs',
    'wall, ms',
    'wall without a collector, ms',
  ];
  const builtins = `Of Node's own modules that it would not load itself: ${loaded.builtins.join(', ')}.`;
  return `${bare.withCollector.length} rounds; without a collector ${bare.withoutCollector.length}.\n\n${table(header, rows)}\n\n${describeFiles(loaded)}\n${builtins}`;
}

/** What it costs until the first request is answered and its span has left. */
export function firstSpanTable(results: readonly FirstSpanResult[], loaded: Loaded): string {
  const [bare, ours] = results as [FirstSpanResult, FirstSpanResult];
  const addedBy = (result: FirstSpanResult) => median(result.cpuMillis) - median(bare.cpuMillis);
  const rows = results.map((result) => [
    result.agent.name,
    spread(result.cpuMillis),
    result === bare ? '' : signed(addedBy(result)),
    result === bare || result === ours ? '' : (addedBy(ours) / addedBy(result)).toFixed(2),
    spread(result.answerMillis),
  ]);
  const header = [
    'agent',
    'CPU until the span has left, ms',
    'added, ms',
    'ours / theirs',
    'first answer after, ms',
  ];
  return `${bare.cpuMillis.length} rounds.\n\n${table(header, rows)}\n\n${describeFiles(loaded)}`;
}

/** Beside the bare program, what an agent's start costs anyway is taken off. */
export function modulesTable(results: readonly ModulesResult[], loaded: Loaded): string {
  const bare = results[0]!;
  const rows = (['commonjs', 'esm'] as const).flatMap((script) =>
    results.map((result) => {
      const of = (name: 'empty' | 'commonjs' | 'esm') =>
        median(result.cpuMillis[name]) - median(bare.cpuMillis[name]);
      const share = (millis: number) => `${signed((100 * millis) / median(bare.cpuMillis[script]), 1)} %`;
      return [
        `${script === 'esm' ? 'ES modules' : 'CommonJS'}: ${result.agent.name}`,
        spread(result.cpuMillis[script]),
        result === bare ? '' : `${signed(of(script), 1)} (${share(of(script))})`,
        result === bare ? '' : `${signed(of(script) - of('empty'), 1)} (${share(of(script) - of('empty'))})`,
      ];
    }),
  );
  const header = ['1,000 modules', 'CPU, ms', 'added, ms', 'of that beyond an empty script'];
  return `${bare.cpuMillis.empty.length} rounds.\n\n${table(header, rows)}\n\n${describeFiles(loaded)}`;
}

/** Shares of the same round are compared: medians, with the middle half of them. */
export function noneTable(title: string, results: readonly NoneResult[]): string {
  const [bare, floor] = results as [NoneResult, NoneResult];
  const share = (shares: readonly number[]) =>
    quartiles(
      shares.map((each) => (each - 1) * 100),
      1,
    );
  const rows = results.map((result) => [
    result.name,
    spread(result.cpuMicros, 1),
    result === bare ? '' : share(result.toBare),
    result === bare || result === floor ? '' : share(result.toFloor),
  ]);
  const header = [title, 'CPU a request, us', 'to bare, %', 'to the AsyncLocalStorage, %'];
  return `${bare.cpuMicros.length} turns each.\n\n${table(header, rows)}`;
}

export function delayTable(
  delays: readonly DelayResult[],
  slices: readonly SlicesResult[],
  perSecond: number,
): string {
  const bare = delays[0]!;
  const rows = delays.map((result) => [
    result.name,
    spread(result.p99Millis, 2),
    result === bare ? '' : signed(median(result.p99Millis) - median(bare.p99Millis), 2),
    spread(result.maxMillis, 1),
    median(result.answeredPerSecond).toFixed(0),
  ]);
  const header = ['program', 'p99, ms', 'p99 above bare, ms', 'longest, ms', 'answers/s'];
  const sliceRows = slices.map(({ name, slices: count, longestMillis, longestType, over2Millis }) => [
    name,
    String(count),
    `${longestMillis.toFixed(2)} ${longestType}`,
    String(over2Millis),
  ]);
  const sliceHeader = ['callbacks that our code asked for', 'how many', 'longest, ms', 'over 2 ms'];
  return `${bare.p99Millis.length} rounds at ${perSecond} requests a second, one Express route.\n\n${table(header, rows)}\n\n${table(sliceHeader, sliceRows)}`;
}

export function idleTable(results: readonly IdleResult[], seconds: number): string {
  const bare = results[0]!;
  const rows = results.map((result) => [
    result.name,
    result.wakeUpsPerSecond.toFixed(1),
    result === bare ? '' : signed(result.wakeUpsPerSecond - bare.wakeUpsPerSecond, 1),
    result.cpuMillisPerSecond.toFixed(2),
  ]);
  const header = ['server without requests', 'wake-ups/s', 'added', 'CPU, ms/s'];
  return `over ${seconds} s.\n\n${table(header, rows)}`;
}

/** The first is the bare program, the second is ours. */
export function instructionsTable(results: readonly RequestInstructions[]): string {
  const [bare, ours] = results as [RequestInstructions, RequestInstructions];
  const addedBy = (result: RequestInstructions) => result.others - bare.others;
  const rows = results.map((result) => [
    result.agent.name,
    thousands(result.others),
    result === bare ? '' : `+${thousands(addedBy(result))}`,
    result === bare || result === ours ? '' : (addedBy(ours) / addedBy(result)).toFixed(2),
    result === bare ? '' : result.spans.toFixed(1),
    thousands(result.compiling),
  ]);
  const header = [
    'thousands of instructions a request',
    'all',
    'added',
    'ours / theirs',
    'spans arrived',
    "V8's compilers besides",
  ];
  return `one run each.\n\n${table(header, rows)}`;
}

/** Of a program that no spans are wanted of; the first is the bare one, the second the floor. */
export function quietInstructionsTable(results: readonly RequestInstructions[]): string {
  const [bare, floor] = results as [RequestInstructions, RequestInstructions];
  const rows = results.map((result) => [
    result.agent.name,
    thousands(result.others),
    result === bare ? '' : percentAbove(result.others, bare.others),
    result === bare || result === floor ? '' : percentAbove(result.others, floor.others),
  ]);
  return table(['nobody wants spans', 'thousands a request', 'to bare', 'to the AsyncLocalStorage'], rows);
}

/** Beside the bare program, what our start costs anyway is taken off. */
export function scriptInstructionsTable([bare, ours]: readonly ScriptInstructions[]): string {
  const rows = (['empty', 'commonjs', 'esm'] as const).map((script) => {
    const added = ours!.all[script] - bare!.all[script];
    const beyond = added - (ours!.all.empty - bare!.all.empty);
    return [
      { empty: 'an empty script', commonjs: '1,000 modules, CommonJS', esm: '1,000 modules, ES' }[script],
      millions(bare!.all[script]),
      signed(added / 1e6),
      script === 'empty'
        ? ''
        : `${signed(beyond / 1e6)} (${percentAbove(bare!.all[script] + beyond, bare!.all[script])})`,
    ];
  });
  return table(['whole processes, millions', 'bare', 'ours adds', 'of that beyond an empty script'], rows);
}

const thousands = (count: number) => (count / 1e3).toFixed(0);
const millions = (count: number) => (count / 1e6).toFixed(0);

function percentAbove(value: number, base: number): string {
  return `${signed((100 * value) / base - 100, 1)} %`;
}

export function throughputTable(result: ThroughputResult): string {
  const { made, taken, seconds, cpuMicrosPerSpan, heapBytes, rssBytes } = result;
  const mebibytes = (values: readonly number[]) =>
    values.map((bytes) => (bytes / mebibyte).toFixed(0)).join(' ');
  const rows = table(
    ['spans made by the API', ''],
    [
      ['a second', (made / seconds).toFixed(0)],
      ['made', String(made)],
      ['taken by the collector', String(taken)],
      ['lost', String(made - taken)],
      ['CPU a span, the making included, us', cpuMicrosPerSpan.toFixed(2)],
      ['heap + external every 10 s, MiB', mebibytes(heapBytes)],
      ['resident every 10 s, MiB', mebibytes(rssBytes)],
    ],
  );
  return `a queue of ${queueSize}, a collector on the same machine.\n\n${rows}`;
}

function describeFiles({ files }: Loaded): string {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
  const list = files.map(({ file, bytes }) => `${file} ${kilobytes(bytes)}`).join(', ');
  return `Of our files ${files.length} are loaded for it, ${kilobytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}: ${list}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.9995 && share < 1.0005 ? 0 : 1)} %`;
}
