import type { Attributes, Context } from '@opentelemetry/api';
import { log } from '../../diag/log';
import { nowMillis } from '../../model/clock';
import type { MetricData, PointIdentity, Temporality } from '../../model/metric-data';
import type { Accumulator } from './accumulators/accumulator';
import type { Aggregator } from './aggregation';
import { type AttributeFilter, attributesKey, copyAttributes, filterAttributes } from './attributes';
import { createReservoir, type ExemplarFilter, type Reservoir } from './exemplars';

/** What a stream is made of: an instrument as one reader sees it through one view. */
export interface StreamOptions {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly isInteger: boolean;
  readonly isAsynchronous: boolean;
  readonly aggregator: Aggregator;
  readonly temporality: Temporality;
  readonly attributeFilter: AttributeFilter | undefined;
  readonly exemplarFilter: ExemplarFilter;
  /** Series at the most, the overflow series among them. */
  readonly cardinalityLimit: number;
  /** Called at the first measurement of a series after each collection. */
  readonly onMeasured: () => void;
}

/** One series of a stream. Hot: `record` allocates nothing unless an exemplar is kept. */
export class Point {
  /** No longer part of its stream, since nothing was measured for long enough; asks for a new one must go to {@link Stream.point}. */
  isForgotten = false;
  /** Whether anything was measured since the last collection. */
  isMeasured = false;
  /** When the first measurement was made; 0 before it. */
  startMillis = 0;

  constructor(
    private readonly stream: Stream,
    readonly attributes: Attributes,
    readonly accumulator: Accumulator,
    readonly reservoir: Reservoir | undefined,
  ) {}

  record(value: number, context: Context | undefined, attributes: Attributes): void {
    if (!this.isMeasured) this.stream.wake(this);
    const bucket = this.accumulator.add(value);
    if (this.reservoir !== undefined) this.reservoir.offer(value, bucket, context, attributes);
  }
}

const overflowKey = '\0overflow';
const overflowAttributes: Attributes = Object.freeze({ 'otel.metric.overflow': true });

/**
 * The points of one metric for one reader. Each reader has streams of its own: that costs a second addition where there are two readers, and in
 * exchange each resets, forgets and limits as its temporality wants, without looking at the others.
 */
export class Stream {
  private readonly points = new Map<string, Point>();
  private readonly isDelta: boolean;
  /** Whether a series that had no measurement since the last collection goes. */
  private readonly forgets: boolean;
  /** When it was collected last; before that, when it was made. */
  private collectedMillis = nowMillis();

  constructor(readonly options: StreamOptions) {
    this.isDelta = options.temporality === 'delta';
    this.forgets = this.isDelta || options.aggregator.isObserved;
  }

  /** The series with these attributes; the overflow series when there are too many (metrics SDK specification, "Cardinality limits"). */
  point(given: Attributes): Point {
    const { attributeFilter, cardinalityLimit } = this.options;
    const attributes = attributeFilter ? filterAttributes(given, attributeFilter) : given;
    const key = attributesKey(attributes);
    const known = this.points.get(key);
    if (known !== undefined) return known;
    if (this.points.size < cardinalityLimit - 1) return this.addPoint(key, copyAttributes(attributes));
    return this.points.get(overflowKey) ?? this.startOverflow();
  }

  private startOverflow(): Point {
    log.warnOnce(
      `metric ${this.options.name}: more than ${this.options.cardinalityLimit - 1} sets of attributes; further ones are counted as otel.metric.overflow`,
    );
    return this.addPoint(overflowKey, overflowAttributes);
  }

  private addPoint(key: string, attributes: Attributes): Point {
    const { aggregator, exemplarFilter, attributeFilter, isAsynchronous } = this.options;
    const hasExemplars = exemplarFilter !== 'always_off' && !isAsynchronous;
    const point = new Point(
      this,
      attributes,
      aggregator.create(),
      hasExemplars
        ? createReservoir({ filter: exemplarFilter, attributeFilter, kind: aggregator.reservoir })
        : undefined,
    );
    this.points.set(key, point);
    return point;
  }

  /** The first measurement of a series since the last collection. */
  wake(point: Point): void {
    point.isMeasured = true;
    if (point.startMillis === 0)
      point.startMillis = this.options.isAsynchronous ? this.collectedMillis : nowMillis();
    this.options.onMeasured();
  }

  /** What was measured until now; `undefined` if nothing. */
  collect(currentMillis: number): MetricData | undefined {
    // The wall clock may have been set back; a point must not end before it starts.
    const timeMillis = Math.max(currentMillis, this.collectedMillis);
    const { name, description, unit, isInteger, aggregator, temporality } = this.options;
    const points: PointIdentity[] = [];
    for (const [key, point] of this.points) {
      if (point.isMeasured || (!this.forgets && point.startMillis > 0))
        points.push(this.take(point, timeMillis));
      // The overflow series always goes, so that what was counted there can get a series of its own again.
      if (this.forgets && (!point.isMeasured || key === overflowKey)) {
        point.isForgotten = true;
        this.points.delete(key);
      }
      point.isMeasured = false;
    }
    this.collectedMillis = timeMillis;
    if (points.length === 0) return undefined;
    const { type, isMonotonic } = aggregator;
    return {
      name,
      description,
      unit,
      type,
      isInteger,
      isMonotonic,
      temporality,
      points,
    } as unknown as MetricData;
  }

  /** Start times: specification, "Start timestamps". */
  private take(point: Point, timeMillis: number): PointIdentity {
    return {
      attributes: point.attributes,
      startMillis: Math.min(this.isDelta ? this.collectedMillis : point.startMillis, timeMillis),
      timeMillis,
      exemplars: point.reservoir?.take() ?? [],
      ...point.accumulator.take(this.isDelta),
    };
  }
}
