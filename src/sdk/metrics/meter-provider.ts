import type { MeterProvider } from '@opentelemetry/api';
import type { ScopeConfig, ViewConfig } from '../../config/config';
import { nowMillis } from '../../model/clock';
import type { ScopeMetrics } from '../../model/metric-data';
import type { Scope } from '../../model/span-data';
import { startTimer, stopTimer } from '../../model/timers';
import { scopeKey, scopeOf } from '../scope';
import type { ConfigOf } from '../scope-configurator';
import { type Aggregation, createAggregator, type TemporalityPreference, temporalityOf } from './aggregation';
import type { ExemplarFilter } from './exemplars';
import { type Declaration, isObservable } from './instrument';
import { createMeter, type ObservedMeter, type SdkMeter } from './meter';
import { type Observations, runCallbacks } from './observable';
import { Stream } from './stream';
import { type PreparedView, prepareView } from './view';

/** What a meter provider is made of. */
export interface MeterProviderOptions {
  readonly readers: readonly ReaderOptions[];
  readonly views?: readonly ViewConfig[] | undefined;
  readonly exemplarFilter: ExemplarFilter;
  /** Missing means that all meters are enabled. */
  readonly configOf?: ConfigOf<ScopeConfig> | undefined;
}

export interface ReaderOptions {
  readonly temporality: TemporalityPreference;
  /** What histograms become that no view gives an aggregation. */
  readonly histogram?: Aggregation | undefined;
  /** Series of a metric at the most, the overflow series among them. Default 2000. */
  readonly cardinalityLimit?: number | undefined;
  /** The same by kind of instrument, stronger. */
  readonly cardinalityLimits?: Readonly<Record<string, number>> | undefined;
  /** Called at the first measurement of each series after a collection: there is something to deliver. Not of background meters. */
  readonly onMeasured?: (() => void) | undefined;
  /** Called when a callback is added: there is something to collect from time to time. */
  readonly onCallback?: ((isBackground: boolean) => void) | undefined;
}

export interface SdkMeterProvider extends MeterProvider {
  /**
   * @param options.isBackground - what this meter observes (the runtime's own metrics) is collected with the rest but is no reason to send anything
   *   when the process ends.
   */
  getMeter(
    name: string,
    version?: string,
    options?: { schemaUrl?: string | undefined; isBackground?: boolean },
  ): SdkMeter;
  /** In the order of the options. */
  readonly readers: readonly MetricReader[];
}

/** Takes what was measured, for one exporter. */
export interface MetricReader {
  /** Asks all callbacks, waits for asynchronous ones at most `timeoutMillis`, then hands over what there is. */
  collect(timeoutMillis: number, done: (metrics: readonly ScopeMetrics[]) => void): void;
  /** The same at the end of the process: asynchronous callbacks are asked but not waited for. */
  collectSync(): readonly ScopeMetrics[];
}

const defaultCardinalityLimit = 2000;
const defaultHistogram: Aggregation = { kind: 'explicit_bucket_histogram' };

interface MeterEntry extends ObservedMeter {
  readonly scope: Scope;
  /** By reader. */
  readonly streams: readonly Stream[][];
}

/** The API's meter provider; meters of the same name, version and schema are one. */
export function createMeterProvider(options: MeterProviderOptions): SdkMeterProvider {
  const views = (options.views ?? []).map(prepareView);
  const meters = new Map<string, MeterEntry>();
  const backgroundMeters = new Map<string, MeterEntry>();
  const allMeters = () => [...meters.values(), ...backgroundMeters.values()];
  return { getMeter, readers: options.readers.map((_, index) => createReader(index)) };

  function getMeter(
    name: string,
    version?: string,
    meterOptions?: { schemaUrl?: string | undefined; isBackground?: boolean },
  ): SdkMeter {
    const scope = scopeOf(name, version, meterOptions);
    const isBackground = meterOptions?.isBackground === true;
    const key = scopeKey(scope);
    const known = (isBackground ? backgroundMeters : meters).get(key);
    if (known) return known.meter;
    // Of one scope, what is of the background and what is not are sent as one.
    const other = (isBackground ? meters : backgroundMeters).get(key);
    const entry = createEntry(other?.scope ?? scope, isBackground);
    (isBackground ? backgroundMeters : meters).set(key, entry);
    return entry.meter;
  }

  function createEntry(scope: Scope, isBackground: boolean): MeterEntry {
    const streams: Stream[][] = options.readers.map(() => []);
    if (options.configOf?.(scope).enabled === false) {
      const { meter } = createMeter({ createStreams: () => streams, onCallback: noop });
      return { meter, observables: [], batches: new Set(), scope, streams };
    }
    const observed = createMeter({
      createStreams: (declaration) =>
        options.readers.map((reader, index) => {
          const created = createStreams(declaration, scope, reader, isBackground);
          streams[index]!.push(...created);
          return created;
        }),
      onCallback() {
        for (const reader of options.readers) reader.onCallback?.(isBackground);
      },
    });
    return { ...observed, scope, streams };
  }

  function createStreams(
    declaration: Declaration,
    scope: Scope,
    reader: ReaderOptions,
    isBackground: boolean,
  ): Stream[] {
    const chosen = views.filter((view) => view.selects(declaration, scope));
    return (chosen.length > 0 ? chosen : [noView]).flatMap(({ changes, attributeFilter }) => {
      const aggregator = createAggregator(
        declaration,
        changes.aggregation ?? { kind: 'default' },
        reader.histogram ?? defaultHistogram,
      );
      if (aggregator === undefined) return [];
      return new Stream({
        name: changes.name ?? declaration.name,
        description: changes.description ?? declaration.description,
        unit: declaration.unit,
        isInteger: declaration.isInteger,
        isAsynchronous: isObservable(declaration.kind),
        aggregator,
        temporality: temporalityOf(declaration.kind, reader.temporality),
        attributeFilter,
        exemplarFilter: options.exemplarFilter,
        cardinalityLimit:
          changes.cardinalityLimit ??
          reader.cardinalityLimits?.[declaration.kind] ??
          reader.cardinalityLimit ??
          defaultCardinalityLimit,
        onMeasured: (isBackground ? undefined : reader.onMeasured) ?? noop,
      });
    });
  }

  function createReader(index: number): MetricReader {
    return {
      collect(timeoutMillis, done) {
        const observations: Observations = new Map();
        const pending = observe(observations);
        if (pending.length === 0) {
          done(take(observations));
          return;
        }
        let isDone = false;
        const finish = () => {
          if (isDone) return;
          isDone = true;
          stopTimer(timer);
          done(take(observations));
        };
        const timer = startTimer(finish, timeoutMillis);
        void Promise.all(pending).then(finish);
      },
      collectSync() {
        const observations: Observations = new Map();
        observe(observations);
        return take(observations);
      },
    };

    function observe(observations: Observations): Promise<void>[] {
      return allMeters().flatMap(({ observables, batches }) =>
        runCallbacks(observables, batches, observations),
      );
    }

    function take(observations: Observations): ScopeMetrics[] {
      const timeMillis = nowMillis();
      for (const [instrument, observed] of observations) {
        for (const stream of instrument.streams[index] ?? []) {
          for (const { attributes, value } of observed.values())
            stream.point(attributes).record(value, undefined, attributes);
        }
      }
      return allMeters().flatMap(({ scope, streams }) => {
        const metrics = streams[index]!.flatMap((stream) => stream.collect(timeMillis) ?? []);
        return metrics.length > 0 ? [{ scope, metrics }] : [];
      });
    }
  }
}

const noop = () => {};
const noView: PreparedView = { selects: () => true, changes: {}, attributeFilter: undefined };
