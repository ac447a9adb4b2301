import type { Attributes, Context } from '@opentelemetry/api';
import { log, messageOf } from '../../diag/log';
import { textOf } from '../text';
import { noAttributes } from './attributes';
import { type Declaration, isNonNegative } from './instrument';
import type { Point, Stream } from './stream';

/**
 * An instrument whose measurements come as they are made: counter, up-down counter, histogram, gauge. One class for all, since they differ only in what
 * they accept; `add` and `record` are the same.
 */
export class SynchronousInstrument {
  private readonly isNonNegative: boolean;

  constructor(
    readonly declaration: Declaration,
    readonly streams: readonly Stream[],
  ) {
    this.isNonNegative = isNonNegative(declaration.kind);
  }

  record(value: number, attributes?: Attributes, context?: Context): void {
    if (!this.accepts(value)) return;
    const given = isObject(attributes) ? attributes : noAttributes;
    const kept = this.declaration.isInteger ? Math.trunc(value) : value;
    const { streams } = this;
    try {
      for (let i = 0; i < streams.length; i++) streams[i]!.point(given).record(kept, context, given);
    } catch (error) {
      // Attributes can be anything, also what fails when it is read.
      log.warnOnce(`instrument ${this.declaration.name}: a measurement is left out: ${messageOf(error)}`);
    }
  }

  add(value: number, attributes?: Attributes, context?: Context): void {
    this.record(value, attributes, context);
  }

  /** Resolves the series with these attributes, for those who measure often: recording on it looks nothing up and allocates nothing. */
  series(attributes: Attributes): Series {
    return new Series(this, attributes);
  }

  /** Numbers that a sum cannot lose again, and what is negative where nothing can be, are left out. */
  accepts(value: number): boolean {
    if (Number.isFinite(value) && (value >= 0 || !this.isNonNegative)) return true;
    this.complain(value);
    return false;
  }

  private complain(value: unknown): void {
    const expected = this.isNonNegative ? 'a number that is not negative' : 'a finite number';
    log.warnOnce(`instrument ${this.declaration.name}: expected ${expected}; such measurements are left out`);
    log.debug(`instrument ${this.declaration.name}: got ${textOf(value)}`);
  }
}

/** A resolved series of an instrument. It stays valid for ever, also when its reader has forgotten it meanwhile. */
export class Series {
  private readonly points: Point[];

  constructor(
    private readonly instrument: SynchronousInstrument,
    private readonly attributes: Attributes,
  ) {
    this.points = instrument.streams.map((stream) => stream.point(attributes));
  }

  /** @param context - in which it was measured, for exemplars; by default the active one. */
  record(value: number, context?: Context): void {
    if (!this.instrument.accepts(value)) return;
    const { points } = this;
    for (let i = 0; i < points.length; i++) {
      let point = points[i]!;
      if (point.isForgotten) point = points[i] = this.instrument.streams[i]!.point(this.attributes);
      point.record(value, context, this.attributes);
    }
  }

  add(value: number, context?: Context): void {
    this.record(value, context);
  }
}

function isObject(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null;
}
