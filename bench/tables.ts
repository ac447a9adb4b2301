import type { Agent } from './agents';
import type { LoadProgram, LoadSample } from './measure-load';
import type { StartSample } from './measure-start';
import { median, signed, spread, table } from './statistics';

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
  const { requests, connections } = program;
  return `### ${program.title}\n\n${requests} requests a round on ${connections} connections.\n\n${table(header, rows)}`;
}

export interface StartResult {
  readonly agent: Agent;
  readonly withCollector: readonly StartSample[];
  readonly withoutCollector: readonly StartSample[];
}

/** What the start and the end of a process cost under each agent; the first is the bare program, the second is ours. */
export function startTable(results: readonly StartResult[]): string {
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
  return `### Empty script, from start to end\n\n${table(header, rows)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.9995 && share < 1.0005 ? 0 : 1)} %`;
}
