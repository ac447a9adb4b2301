import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Observable,
  ObservableCallback,
} from '@opentelemetry/api';
import { log, messageOf } from '../../diag/log';
import { attributesKey, noAttributes } from './attributes';
import { type Declaration, isNonNegative } from './instrument';
import type { Stream } from './stream';

/** What the callbacks of one collection observed; of several observations with the same attributes the last counts. */
export type Observations = Map<ObservableInstrument, Map<string, Observation>>;

interface Observation {
  readonly attributes: Attributes;
  readonly value: number;
}

/** An instrument whose values are asked for at each collection. */
export class ObservableInstrument implements Observable {
  readonly callbacks = new Set<ObservableCallback>();

  constructor(
    readonly declaration: Declaration,
    /** By reader. */
    readonly streams: readonly (readonly Stream[])[],
    private readonly onCallback: () => void,
  ) {}

  addCallback(callback: ObservableCallback): void {
    if (typeof callback !== 'function') return;
    this.callbacks.add(callback);
    this.onCallback();
  }

  removeCallback(callback: ObservableCallback): void {
    this.callbacks.delete(callback);
  }
}

/** A callback that observes for several instruments. */
export interface BatchCallback {
  readonly callback: BatchObservableCallback;
  readonly instruments: ReadonlySet<unknown>;
}

/**
 * Calls every callback once. One that throws costs its own observations alone.
 * @param observations - what they observe comes into it.
 * @returns what asynchronous callbacks have yet to do; empty if all is observed.
 */
export function runCallbacks(
  instruments: Iterable<ObservableInstrument>,
  batches: Iterable<BatchCallback>,
  observations: Observations,
): Promise<void>[] {
  const pending: Promise<void>[] = [];
  for (const instrument of instruments) {
    const observe = (value: number, attributes?: Attributes) =>
      addObservation(observations, instrument, value, attributes);
    for (const callback of instrument.callbacks)
      run(instrument.declaration.name, () => callback({ observe }), pending);
  }
  for (const { callback, instruments: allowed } of batches) {
    const result: BatchObservableResult = {
      observe(instrument, value, attributes) {
        if (allowed.has(instrument))
          addObservation(observations, instrument as ObservableInstrument, value, attributes);
      },
    };
    run('of a batch', () => callback(result), pending);
  }
  return pending;
}

function addObservation(
  observations: Observations,
  instrument: ObservableInstrument,
  value: number,
  attributes: Attributes | undefined,
): void {
  const { name, kind, isInteger } = instrument.declaration;
  if (!Number.isFinite(value) || (value < 0 && isNonNegative(kind))) {
    const expected = isNonNegative(kind) ? 'a number that is not negative' : 'a finite number';
    log.warnOnce(`instrument ${name}: expected ${expected}; such observations are left out`);
    return;
  }
  let ofInstrument = observations.get(instrument);
  if (!ofInstrument) observations.set(instrument, (ofInstrument = new Map()));
  const given = attributes ?? noAttributes;
  ofInstrument.set(attributesKey(given), { attributes: given, value: isInteger ? Math.trunc(value) : value });
}

function run(name: string, callback: () => unknown, pending: Promise<void>[]): void {
  const complain = (error: unknown) =>
    log.warnOnce(`the callback of the instrument ${name} failed: ${messageOf(error)}`);
  try {
    const returned = callback();
    if (typeof (returned as Promise<void> | undefined)?.then === 'function')
      pending.push(Promise.resolve(returned as Promise<void>).catch(complain));
  } catch (error) {
    complain(error);
  }
}
