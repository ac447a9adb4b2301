import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { DecodedMetric } from './decode-metrics';
import { type MetricConvention, metricConventions } from './metric-conventions';

/** What `@opentelemetry/semantic-conventions` knows of names: whether it calls them deprecated, and the values that an attribute may have. */
interface KnownNames {
  readonly isDeprecated: ReadonlyMap<string, boolean>;
  /** By attribute; only for those whose values are listed. */
  readonly values: ReadonlyMap<string, ReadonlySet<unknown>>;
}

/** Attributes that have no other values than those listed. */
const closedLists = new Set([
  'cpu.mode',
  'db.client.connection.state',
  'http.connection.state',
  'network.io.direction',
  'nodejs.eventloop.state',
  'process.context_switch.type',
  'system.memory.state',
  'system.paging.fault.type',
  'v8js.gc.type',
]);

/**
 * Fails unless every metric of ours is one of the semantic conventions, not deprecated, of the right kind and unit, with the buckets that
 * are advised and attributes that belong to it.
 */
export function assertMetricsConform(metrics: readonly DecodedMetric[]): void {
  for (const metric of metrics.filter(({ scope }) => isOurs(scope.name))) {
    const { name, unit, type, isMonotonic, points } = metric;
    const convention = metricConventions[name];
    assert.ok(convention, `no metric of the semantic conventions: ${name}`);
    assertKnown(name, 'metrics');
    assert.deepEqual(
      { name, unit, kind: kindOf(type, isMonotonic) },
      { name, unit: convention.unit, kind: convention.kind },
    );
    for (const { attributes, explicitBounds } of points) {
      if (attributes['otel.metric.overflow']) continue;
      assertAttributes(name, attributes, convention);
      if (explicitBounds)
        assert.deepEqual(explicitBounds, convention.boundaries ?? defaultBoundaries, `boundaries of ${name}`);
    }
  }
}

/** Fails unless the attributes of what is ours are in the semantic conventions and not deprecated. */
export function assertAttributesConform(
  items: readonly { readonly attributes: Attributes; readonly scope: { readonly name: string } }[],
): void {
  for (const { attributes } of items.filter(({ scope }) => isOurs(scope.name)))
    for (const key of Object.keys(attributes)) if (!isOwn.test(key)) assertKnown(key, 'attributes');
}

/** Names that are ours alone, and those of captured message headers, which only the Java agent has too. */
const isOwn = /^(otel_instrument\.|messaging\.header\.)/;

const isOurs = (scope: string) => scope.startsWith('otel-instrument/');

/** By the SDK specification, where nothing is advised. */
const defaultBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

function kindOf(type: DecodedMetric['type'], isMonotonic: boolean): MetricConvention['kind'] {
  if (type === 'sum') return isMonotonic ? 'counter' : 'updowncounter';
  return type === 'gauge' ? 'gauge' : 'histogram';
}

function assertAttributes(
  name: string,
  attributes: Attributes,
  { required, allowed = [] }: MetricConvention,
): void {
  for (const [key, value] of Object.entries(attributes)) {
    assertKnown(key, 'attributes');
    assert.ok([...required, ...allowed].includes(key), `${name} has no attribute ${key}`);
    const listed = closedLists.has(key) ? knownNames('attributes').values.get(key) : undefined;
    if (listed) assert.ok(listed.has(value), `${name}: ${key} is ${value}, not one of ${[...listed].join()}`);
  }
  for (const key of required) {
    // The path of a Unix socket has no port.
    const isOfSocket = key === 'server.port' && String(attributes['server.address']).startsWith('/');
    if (!isOfSocket) assert.ok(key in attributes, `${name} without ${key}: ${JSON.stringify(attributes)}`);
  }
}

function assertKnown(name: string, kind: 'attributes' | 'metrics'): void {
  const { isDeprecated } = knownNames(kind);
  const known = isDeprecated.get(name) ?? isDeprecated.get(templateOf(name));
  assert.notEqual(known, undefined, `no ${kind} of the semantic conventions: ${name}`);
  assert.equal(known, false, `deprecated: ${name}`);
}

/** `http.request.header.<key>` */
const templateOf = (name: string) => name.replace(/^(http\.(?:request|response)\.header\.).+$/, '$1<key>');

const loaded: Partial<Record<'attributes' | 'metrics', KnownNames>> = {};

function knownNames(kind: 'attributes' | 'metrics'): KnownNames {
  return (loaded[kind] ??= readNames(kind));
}

/** Only the declarations tell what is deprecated. */
function readNames(kind: 'attributes' | 'metrics'): KnownNames {
  const directory = dirname(require.resolve('@opentelemetry/semantic-conventions'));
  const isDeprecated = new Map<string, boolean>();
  const values = new Map<string, Set<unknown>>();
  for (const maturity of ['experimental', 'stable']) {
    const declarations = readFileSync(join(directory, `${maturity}_${kind}.d.cts`), 'utf8');
    const found = declarations.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s*declare const (\w+): ([^;]+);/gs);
    const names = new Map<string, string>();
    for (const [, comment = '', constant = '', type = ''] of found) {
      const text = /^"(.*)"$/.exec(type)?.[1];
      const template = type.startsWith('(key') ? `${dotted(constant)}.<key>` : undefined;
      if (/^(ATTR|METRIC)_/.test(constant)) {
        isDeprecated.set(text ?? template ?? constant, comment.includes('@deprecated'));
        if (text) names.set(constant.replace('ATTR_', ''), text);
      }
    }
    for (const [, constant = '', value] of declarations.matchAll(
      /declare const (\w+)_VALUE_\w+: "([^"]*)";/g,
    )) {
      const key = names.get(constant);
      if (key) values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  return { isDeprecated, values };
}

const dotted = (constant: string) =>
  constant
    .replace(/^ATTR_/, '')
    .toLowerCase()
    .replaceAll('_', '.');
