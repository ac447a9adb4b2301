import type { Attributes, AttributeValue, Context } from '@opentelemetry/api';
import { type KitInstrument, type KitSeries, telemetry } from './telemetry';

/** One metric of the semantic conventions. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: 'histogram' | 'counter' | 'upDownCounter';
  readonly unit: string;
  readonly description: string;
  /** Upper bounds of a histogram's buckets; default those of the SDK specification. */
  readonly boundaries?: readonly number[];
}

/** Metrics that one operation records with the same attributes. */
export interface MetricGroup<Name extends string = string> {
  /** Keys of the attributes, in the order in which {@link Metrics.at} takes their values. */
  readonly attributes: readonly string[];
  readonly metrics: Readonly<Record<Name, MetricDefinition>>;
}

/** The metrics of a group, for one set of attribute values. */
export interface MetricPoint<Name extends string = string> {
  /** @param context - of the span that the value belongs to, where it is no longer the active one. */
  record(name: Name, value: number, context?: Context): void;
}

/** Finds points by attribute values. */
export interface Metrics<Name extends string = string> {
  /** The point for these values, one a key of the group; a value that is `undefined` makes no attribute. For values seen before it costs a look-up each. */
  at(...values: readonly (AttributeValue | undefined)[]): MetricPoint<Name>;
}

/** More are forgotten and found again: what strangers send (hosts, methods) must not fill the memory. */
const maxPoints = 2000;

type Tree = Map<unknown, Tree | Point>;

/** The metrics of a group for one instrumentation; `undefined` where nobody collects metrics. Instruments are made when the first value comes. */
export function createMetrics<Name extends string>(
  instrumentation: string,
  group: MetricGroup<Name>,
): Metrics<Name> | undefined {
  const { meter } = telemetry;
  if (meter === undefined) return undefined;
  const instruments: Record<string, KitInstrument> = {};
  const depth = group.attributes.length;
  let tree: Tree = new Map();
  let points = 0;
  const wanted: (AttributeValue | undefined)[] = [];
  return { at };

  function at(...values: readonly (AttributeValue | undefined)[]): MetricPoint<Name> {
    let node: Tree | Point | undefined = tree;
    for (let i = 0; i < depth && node !== undefined; i++) node = (node as Tree).get(values[i]);
    if (node !== undefined) return node as Point;
    // Copied: arguments that go nowhere cost V8 less, and most points are there.
    for (let i = 0; i < depth; i++) wanted[i] = values[i];
    return add(wanted);
  }

  function add(values: readonly (AttributeValue | undefined)[]): Point {
    if (points++ >= maxPoints) {
      tree = new Map();
      points = 1;
    }
    const attributes: Attributes = {};
    let branch = tree;
    for (let i = 0; i < depth - 1; i++) {
      let next = branch.get(values[i]) as Tree | undefined;
      if (next === undefined) branch.set(values[i], (next = new Map()));
      branch = next;
    }
    group.attributes.forEach((key, index) => {
      if (values[index] !== undefined) attributes[key] = values[index];
    });
    const point = new Point(attributes, instrument);
    branch.set(values[depth - 1], point);
    return point;
  }

  function instrument(name: string): KitInstrument {
    return (instruments[name] ??= createInstrument(
      meter!(instrumentation),
      group.metrics[name as Name] as MetricDefinition,
    ));
  }
}

class Point implements MetricPoint {
  private readonly series: Record<string, KitSeries> = {};

  constructor(
    private readonly attributes: Attributes,
    private readonly instrument: (name: string) => KitInstrument,
  ) {}

  record(name: string, value: number, context?: Context): void {
    const series = (this.series[name] ??= this.instrument(name).series(this.attributes));
    series.record(value, context);
  }
}

function createInstrument(
  meter: ReturnType<NonNullable<typeof telemetry.meter>>,
  { name, kind, unit, description, boundaries }: MetricDefinition,
): KitInstrument {
  switch (kind) {
    case 'histogram':
      return meter.createHistogram(name, {
        unit,
        description,
        ...(boundaries ? { advice: { explicitBucketBoundaries: [...boundaries] } } : undefined),
      });
    case 'counter':
      return meter.createCounter(name, { unit, description, valueType: integer });
    case 'upDownCounter':
      return meter.createUpDownCounter(name, { unit, description, valueType: integer });
  }
}

/** `ValueType.INT`: all counters of the conventions count things. */
const integer = 0;
