import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { environment } from '../config/environment';
import { log, watchLog } from '../diag/log';
import type { Watch } from '../hook/install';
import type { Delivery } from '../lifecycle/process-end';
import { exportObservations } from '../model/export-observation';
import { isMainThread } from '../model/main-thread';
import type { ScopeMetrics } from '../model/metric-data';
import type { Scope } from '../model/span-data';
import type { Sampler } from '../sdk/trace/sampling/sampler';

/** What a thread did, as `otel-instrument doctor` reads it. */
export interface ThreadReport {
  readonly version: string;
  readonly pid: number;
  /** 0 in the main thread. */
  readonly threadId: number;
  readonly nodeVersion: string;
  /** The main script and its arguments. */
  readonly command: readonly string[];
  readonly serviceName: string;
  /** What was patched, once a method; `problem` says why one was not. */
  readonly patches: readonly Patched[];
  /** Packages of which files were loaded by `require`. */
  readonly packages: readonly string[];
  /** Items by instrumentation scope: spans that ended, log records, and points of the last collection of metrics. */
  readonly counts: Readonly<Record<Signal, Readonly<Record<string, number>>>>;
  /** Decisions of the sampler, as far as it decides without looking at attributes. */
  readonly sampling: {
    readonly sampled: number;
    readonly notSampled: number;
    /** Of the latter, those that no parent had decided on. */
    readonly rootsNotSampled: number;
    /** Spans whose parent came from another process, and those of them that it had not sampled. */
    readonly remoteParents: number;
    readonly remoteParentsNotSampled: number;
  };
  readonly exporters: readonly {
    readonly items: string;
    readonly endpoint: string;
    readonly counters: Readonly<Record<string, number>>;
  }[];
  /** Variables that the program set itself, after the settings were read. */
  readonly lateVariables: readonly string[];
  /** Lines on standard error that are no mere information. */
  readonly messages: readonly string[];
}

export interface Patched {
  readonly module: string;
  readonly version: string;
  readonly method: string;
  readonly problem?: string | undefined;
}

export type Signal = 'spans' | 'metrics' | 'logs';

/** Follows what the agent does in this thread. */
export interface Report {
  counting<T extends { readonly scope: Scope }, R>(signal: Signal, sink: (item: T) => R): (item: T) => R;
  countPoints(scopes: readonly ScopeMetrics[]): void;
  counted(sampler: Sampler): Sampler;
  watch(watch: Watch): Watch;
  /** To be the last: writes what has become of everything. */
  readonly delivery: Delivery;
}

const maxMessages = 100;

/**
 * Writes a {@link ThreadReport} at the end of this thread; until then the global `Symbol.for('otel-instrument.report')` gives one.
 * @param directory - gets a file for each thread of each process.
 */
export function createReport(directory: string, serviceName: () => string): Report {
  const patches: Patched[] = [];
  const packages = new Set<string>();
  const counts: Record<Signal, Record<string, number>> = { spans: {}, metrics: {}, logs: {} };
  const sampling = {
    sampled: 0,
    notSampled: 0,
    rootsNotSampled: 0,
    remoteParents: 0,
    remoteParentsNotSampled: 0,
  };
  const messages: string[] = [];
  const initialVariables = new Set(variableNames());
  watchLog((level, message) => {
    if (level !== 'info' && level !== 'debug' && messages.length < maxMessages) messages.push(message);
  });
  Object.defineProperty(globalThis, Symbol.for('otel-instrument.report'), { value: collect });
  return {
    counting,
    countPoints,
    counted,
    watch,
    delivery: { hasWork: () => true, flush() {}, finish: write },
  };

  function counting<T extends { readonly scope: Scope }, R>(signal: Signal, sink: (item: T) => R) {
    const byScope = counts[signal];
    return (item: T) => {
      byScope[item.scope.name] = (byScope[item.scope.name] ?? 0) + 1;
      return sink(item);
    };
  }

  function countPoints(scopes: readonly ScopeMetrics[]): void {
    for (const { scope, metrics } of scopes)
      counts.metrics[scope.name] = metrics.reduce((sum, { points }) => sum + points.length, 0);
  }

  function counted(sampler: Sampler): Sampler {
    if (typeof sampler !== 'function') return sampler;
    return (parent, identity) => {
      const isSampled = sampler(parent, identity);
      sampling[isSampled ? 'sampled' : 'notSampled']++;
      if (!isSampled && parent === undefined) sampling.rootsNotSampled++;
      if (parent?.isRemote) {
        sampling.remoteParents++;
        if ((parent.traceFlags & 1) === 0) sampling.remoteParentsNotSampled++;
      }
      return isSampled;
    };
  }

  function watch(inner: Watch): Watch {
    return {
      isQuiet: inner.isQuiet,
      onPackage(name) {
        packages.add(name);
        inner.onPackage(name);
      },
      onPatch: (patched) => patches.push(patched),
    };
  }

  function collect(): ThreadReport {
    return {
      version,
      pid: process.pid,
      threadId: threadId(),
      nodeVersion: process.versions.node,
      command: process.argv.slice(1),
      serviceName: serviceName(),
      patches,
      packages: [...packages],
      counts,
      sampling,
      exporters: exportObservations.map(({ items, endpoint, counters }) => ({ items, endpoint, counters })),
      lateVariables: variableNames().filter((name) => !initialVariables.has(name)),
      messages,
    };
  }

  function write(): void {
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, `${process.pid}-${threadId()}.json`), JSON.stringify(collect()));
    } catch (error) {
      log.warnOnce(`no report in ${directory}: ${String(error)}`);
    }
  }
}

function variableNames(): string[] {
  return Object.keys(environment()).filter((name) => name.startsWith('OTEL_'));
}

function threadId(): number {
  if (isMainThread()) return 0;
  return (require('node:worker_threads') as typeof import('node:worker_threads')).threadId;
}
