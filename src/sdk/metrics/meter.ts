import type { BatchObservableCallback, Meter, MetricOptions, Observable } from '@opentelemetry/api';
import { log } from '../../diag/log';
import { type Declaration, declare, type InstrumentKind } from './instrument';
import { type BatchCallback, ObservableInstrument } from './observable';
import type { Stream } from './stream';
import { SynchronousInstrument } from './synchronous';

/** The API's meter, whose synchronous instruments can also hand out a resolved {@link Series}. */
export interface SdkMeter extends Meter {
  createCounter(name: string, options?: MetricOptions): SynchronousInstrument;
  createUpDownCounter(name: string, options?: MetricOptions): SynchronousInstrument;
  createHistogram(name: string, options?: MetricOptions): SynchronousInstrument;
  createGauge(name: string, options?: MetricOptions): SynchronousInstrument;
}

/** What a meter needs of its provider. */
export interface MeterOptions {
  /** The streams of a new instrument, by reader. */
  readonly createStreams: (declaration: Declaration) => readonly (readonly Stream[])[];
  /** Called when a callback is added. */
  readonly onCallback: () => void;
}

/** A meter and what its observable instruments are asked by. */
export interface ObservedMeter {
  readonly meter: SdkMeter;
  readonly observables: readonly ObservableInstrument[];
  readonly batches: ReadonlySet<BatchCallback>;
}

type Instrument = SynchronousInstrument | ObservableInstrument;

/** Creates the instruments of one scope; one that is declared twice is one (metrics SDK specification, "Duplicate instrument registration"). */
export function createMeter({ createStreams, onCallback }: MeterOptions): ObservedMeter {
  const instruments = new Map<string, Instrument[]>();
  const observables: ObservableInstrument[] = [];
  const batches = new Set<BatchCallback>();

  return {
    meter: {
      createCounter: (name, options) => synchronous('counter', name, options),
      createUpDownCounter: (name, options) => synchronous('up_down_counter', name, options),
      createHistogram: (name, options) => synchronous('histogram', name, options),
      createGauge: (name, options) => synchronous('gauge', name, options),
      createObservableCounter: (name, options) => observable('observable_counter', name, options),
      createObservableUpDownCounter: (name, options) =>
        observable('observable_up_down_counter', name, options),
      createObservableGauge: (name, options) => observable('observable_gauge', name, options),
      addBatchObservableCallback,
      removeBatchObservableCallback,
    },
    observables,
    batches,
  };

  function synchronous(kind: InstrumentKind, name: string, options?: MetricOptions): SynchronousInstrument {
    return register(
      kind,
      name,
      options,
      (declaration, streams) => new SynchronousInstrument(declaration, streams.flat()),
    );
  }

  function observable(kind: InstrumentKind, name: string, options?: MetricOptions): ObservableInstrument {
    return register(kind, name, options, (declaration, streams) => {
      const instrument = new ObservableInstrument(declaration, streams, onCallback);
      observables.push(instrument);
      return instrument;
    });
  }

  function register<I extends Instrument>(
    kind: InstrumentKind,
    name: string,
    options: MetricOptions | undefined,
    create: (declaration: Declaration, streams: readonly (readonly Stream[])[]) => I,
  ): I {
    const declaration = declare(kind, name, options);
    if (declaration === undefined) return create(unnamed(kind), []);
    const key = declaration.name.toLowerCase();
    const sameName = instruments.get(key) ?? [];
    const known = sameName.find((instrument) => isSame(instrument.declaration, declaration));
    if (known) {
      complainOfDifference(known.declaration, declaration);
      return known as I;
    }
    if (sameName.length > 0) complainOfConflict(sameName[0]!.declaration, declaration);
    const created = create(declaration, createStreams(declaration));
    instruments.set(key, [...sameName, created]);
    return created;
  }

  function addBatchObservableCallback(callback: BatchObservableCallback, targets: Observable[]): void {
    if (typeof callback !== 'function' || !Array.isArray(targets) || targets.length === 0) return;
    if (findBatch(callback, targets)) return;
    batches.add({ callback, instruments: new Set(targets) });
    onCallback();
  }

  function removeBatchObservableCallback(callback: BatchObservableCallback, targets: Observable[]): void {
    const batch = findBatch(callback, targets);
    if (batch) batches.delete(batch);
  }

  function findBatch(callback: BatchObservableCallback, targets: Observable[]): BatchCallback | undefined {
    return [...batches].find(
      (batch) =>
        batch.callback === callback &&
        batch.instruments.size === new Set(targets).size &&
        targets.every((target) => batch.instruments.has(target)),
    );
  }
}

function unnamed(kind: InstrumentKind): Declaration {
  return { kind, name: '', unit: '', description: '', isInteger: false, boundaries: undefined };
}

function isSame(a: Declaration, b: Declaration): boolean {
  return a.kind === b.kind && a.unit === b.unit && a.isInteger === b.isInteger;
}

function complainOfDifference(first: Declaration, again: Declaration): void {
  if (first.name === again.name && first.description === again.description) return;
  log.warnOnce(
    `instrument ${again.name} was created before as ${first.name}, "${first.description}"; that name and description stay`,
  );
}

function complainOfConflict(first: Declaration, other: Declaration): void {
  const told = ({ kind, unit, isInteger }: Declaration) =>
    `${kind} of ${isInteger ? 'integers' : 'doubles'} in "${unit}"`;
  log.warnOnce(
    `instrument ${other.name} was created as ${told(first)} and as ${told(other)}; both are exported under one name`,
  );
}
