import type { Attributes } from '@opentelemetry/api';
import type { DecodedBuckets, DecodedMetric, DecodedPoint } from './decode-metrics';

/**
 * Draws metrics without what differs from run to run (times, ids, the order of series), one line a metric and one a point:
 *
 *     shop 1.2.3
 *       shop.orders {order} sum cumulative monotonic "Orders."
 *         kind=book 2n
 *       shop.order.duration s histogram cumulative
 *         route=/ count=3 sum=1.3 0.05…0.75 buckets ≤0.1:1 ≤1:2 exemplars 0.05
 */
export function drawMetrics(metrics: readonly DecodedMetric[]): string {
  const lines: string[] = [];
  let scopeBefore = '';
  for (const metric of metrics) {
    const scope = [metric.scope.name, metric.scope.version, metric.scope.schemaUrl].filter(Boolean).join(' ');
    if (scope !== scopeBefore) lines.push(scope);
    scopeBefore = scope;
    lines.push(`  ${drawMetric(metric)}`, ...metric.points.map((point) => `    ${drawPoint(point)}`).sort());
  }
  return lines.join('\n');
}

function drawMetric({ name, unit, type, temporality, isMonotonic, description }: DecodedMetric): string {
  const words = [
    name,
    unit,
    type,
    temporality,
    isMonotonic && 'monotonic',
    description && `"${description}"`,
  ];
  return words.filter(Boolean).join(' ');
}

function drawPoint(point: DecodedPoint): string {
  const exemplars = point.exemplars.map(({ value }) => value);
  const words = [
    drawAttributes(point.attributes),
    point.value === undefined ? drawDistribution(point) : drawNumber(point.value),
    exemplars.length > 0 && `exemplars ${exemplars.map(drawNumber).join(' ')}`,
  ];
  return words.filter(Boolean).join(' ');
}

/** An integer (`as_int`) has an `n`, as a bigint in JavaScript. */
const drawNumber = (value: number | bigint) => (typeof value === 'bigint' ? `${value}n` : String(value));

function drawAttributes(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((key) => `${key}=${JSON.stringify(attributes[key]).replace(/^"(\S*)"$/, '$1')}`)
    .join(' ');
}

function drawDistribution(point: DecodedPoint): string {
  const { count, sum, min, max, explicitBounds, bucketCounts, scale, zeroCount, positive, negative } = point;
  const range = min === undefined ? [] : [`${min}…${max}`];
  const start = [`count=${count}`, ...(sum === undefined ? [] : [`sum=${sum}`]), ...range];
  if (explicitBounds && bucketCounts) {
    const filled = bucketCounts.flatMap((each, i) =>
      each > 0 ? [`≤${explicitBounds[i] ?? '∞'}:${each}`] : [],
    );
    return [...start, 'buckets', ...filled].join(' ');
  }
  const sides = [drawBuckets('+', positive!), drawBuckets('-', negative!)];
  return [...start, `scale=${scale}`, zeroCount ? `zero:${zeroCount}` : '', ...sides]
    .filter(Boolean)
    .join(' ');
}

function drawBuckets(sign: string, { offset, bucketCounts }: DecodedBuckets): string {
  return bucketCounts.flatMap((each, i) => (each > 0 ? [`${sign}${offset + i}:${each}`] : [])).join(' ');
}
