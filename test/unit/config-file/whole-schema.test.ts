import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import schema from '../../../src/config/file/schema/opentelemetry_configuration.json';
import type validator from '../../../src/config/file/schema/validator';
import { loadConfig } from '../../../src/config/load';

type Node = validator.SchemaNode;

const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-whole-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const whole = readFileSync(join(__dirname, '../../../fixtures/config/whole.yaml'), 'utf8');
/** What the whole hides, since its providers have limits of their own. */
const limits = `file_format: "1.1"
attribute_limits: {attribute_value_length_limit: 1, attribute_count_limit: 2}`;

/** A key of the schema, with the mapping that holds it in a file. */
interface Use {
  /** `SpanLimits.event_count_limit`. */
  readonly key: string;
  readonly path: readonly (string | number)[];
}

/** What is as it is asked for without being asked. */
const alwaysSo = ['TracerProvider.id_generator'];
const otherLanguages = /^ExperimentalInstrumentation\.(?!general|js$)/;

test('every key of the schema changes the configuration, or gives a line', () => {
  const effective = new Set([whole, limits].flatMap(effectiveKeys));
  const silent = allKeys().filter(
    (key) => !effective.has(key) && !alwaysSo.includes(key) && !otherLanguages.test(key),
  );
  assert.deepEqual(silent, []);
});

test('what cannot be is told in one line each', () => {
  const conventions = ['http', 'code', 'db', 'rpc'].flatMap((domain) =>
    ['version', 'experimental', 'dual_emit'].map((key) => `${domain}.semconv.${key}`),
  );
  const unstable = ['gen_ai', 'messaging'].flatMap((domain) =>
    ['version', 'dual_emit'].map((key) => `${domain}.semconv.${key}`),
  );
  const general = [...conventions, ...unstable, 'stability_opt_in_list'];
  assert.deepEqual(
    load(parse(whole))
      .complaints.map((line) => line.split(': ')[1]!)
      .sort(),
    [
      ...general.map((key) => `instrumentation/development.general.${key}`),
      'meter_provider.readers[0].periodic.producers[0].opencensus',
      'meter_provider.readers[4].pull.producers[0].opencensus',
    ].sort(),
  );
});

/** Those without which the file means another thing. */
function effectiveKeys(text: string): string[] {
  const tree = parse(text);
  const complete = load(tree);
  return usesIn(schema as Node, 'root', tree, [])
    .filter(({ path }) => !isDeepStrictEqual(load(without(tree, path)), complete))
    .map(({ key }) => key);
}

function load(tree: unknown) {
  const file = join(scratch, 'whole.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(tree, null, 1));
  const { config, complaints } = loadConfig({ OTEL_CONFIG_FILE: file });
  return { config, complaints: complaints.map((line) => line.replace(/^.*?:\d+: /, 'at: ')) };
}

function without(tree: unknown, [key, ...rest]: Use['path']): unknown {
  const copy = structuredClone(tree) as any;
  if (rest.length > 0) copy[key!] = without(copy[key!], rest);
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key!];
  return copy;
}

function usesIn(given: Node | undefined, name: string, value: any, path: Use['path']): Use[] {
  if (typeof value !== 'object' || value === null || given === undefined) return [];
  const reference = given.$ref?.slice('#/$defs/'.length);
  const node = reference === undefined ? given : (schema.$defs[reference as 'Sampler'] as Node);
  const owner = reference ?? name;
  if (Array.isArray(value))
    return value.flatMap((item, index) => usesIn(node.items, owner, item, [...path, index]));
  return Object.entries(value).flatMap(([key, each]) => [
    { key: `${owner}.${key}`, path: [...path, key] },
    ...usesIn(node.properties?.[key], `${owner}.${key}`, each, [...path, key]),
  ]);
}

function allKeys(): string[] {
  const definitions = { root: schema as Node, ...(schema.$defs as Record<string, Node>) };
  return Object.entries(definitions).flatMap(([name, node]) =>
    Object.keys(node.properties ?? {}).map((key) => `${name}.${key}`),
  );
}
