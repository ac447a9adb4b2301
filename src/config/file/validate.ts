import { nearest } from '../nearest';
import { pathText } from './path-text';
import validator from './schema/validator';
import type { ParsedYaml, Path } from './yaml';

/** One thing wrong with what the file says. */
export interface Finding {
  readonly path: Path;
  /** Without the path: `expected an integer of at least 0, got -1`. */
  readonly message: string;
  /** The schema knows no such key. */
  readonly isUnknownKey: boolean;
}

type SchemaError = validator.SchemaError;
type SchemaNode = validator.SchemaNode;

/** Checks against the official schema; one finding for each place that is wrong. */
export function validate({ value, sourceOf }: Pick<ParsedYaml, 'value' | 'sourceOf'>): Finding[] {
  if (validator(value)) return [];
  const byPlace = new Map<string, SchemaError[]>();
  for (const error of validator.errors ?? []) {
    // What a key is called and what it holds are different mistakes; all else at one place is one.
    const place = `${error.instancePath} ${OF_KEYS[error.keyword]?.(error.params) ?? ''}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), error]);
  }
  return [...byPlace.values()].map((errors) => findingOf(errors, value, sourceOf));
}

/** Keywords whose errors are about a key of the object and not about the object. */
const OF_KEYS: Readonly<Record<string, (params: SchemaError['params']) => string>> = {
  additionalProperties: (params) => String(params.additionalProperty),
  required: (params) => String(params.missingProperty),
};

function findingOf(errors: readonly SchemaError[], root: unknown, sourceOf: ParsedYaml['sourceOf']): Finding {
  const first = errors[0]!;
  const path = parsePointer(first.instancePath, root);
  const { keyword, params } = first;
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    return { path: [...path, key], message: unknownKey(key, knownKeys(path)), isUnknownKey: true };
  }
  const message =
    keyword === 'required'
      ? `expected a key ${JSON.stringify(params.missingProperty)}, found none`
      : `expected ${expectedOf(errors, path)}, got ${foundText(valueAt(root, path), sourceOf(path))}`;
  return { path, message, isUnknownKey: false };
}

/** What to say of a key that is not known: the one that was probably meant, or those that there are. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `unknown key; did you mean ${JSON.stringify(near)}?`;
  return known.length > 0 ? `unknown key; expected ${known.join(', ')}` : 'unknown key; expected none';
}

function expectedOf(errors: readonly SchemaError[], path: Path): string {
  const has = (keyword: string) => errors.find((error) => error.keyword === keyword)?.params;
  if (has('oneOf')) return 'a text, a number, true, false, or a list of one kind of them';
  const choices = has('enum')?.allowedValues as unknown[] | undefined;
  if (choices) return `one of ${choices.filter((choice) => choice !== null).join(', ')}`;
  if (has('minItems')) return 'a list of at least one item';
  if (has('minProperties') || has('maxProperties'))
    return `exactly one of the keys ${knownKeys(path).join(', ')}`;
  const type = typeWords(resolve(schemaAt(path))?.type);
  const bound = has('minimum') ?? has('maximum') ?? has('exclusiveMinimum');
  return bound ? `${type} ${BOUND_WORDS[String(bound.comparison)]} ${bound.limit}` : type;
}

const BOUND_WORDS: Readonly<Record<string, string>> = {
  '>=': 'of at least',
  '<=': 'of at most',
  '>': 'above',
};

function typeWords(type: SchemaNode['type']): string {
  const types = [type ?? []].flat().filter((each) => each !== 'null');
  return types.map((each) => TYPE_WORDS[each] ?? each).join(' or ');
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
};

/** Never the whole of a mapping or a list: there may be secrets in it. */
function foundText(value: unknown, source: string | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty mapping' : `a mapping of ${keys.join(', ')}`;
  }
  if (typeof value === 'string')
    return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}...` : value);
  return source ?? String(value);
}

/** The keys that the schema names at a place. */
export function knownKeys(path: Path): string[] {
  return Object.keys(resolve(schemaAt(path))?.properties ?? {});
}

/** Whether the schema names the key at the end of the path; a custom component is not named. */
export function isNamed(path: Path): boolean {
  return knownKeys(path.slice(0, -1)).includes(String(path.at(-1)));
}

function schemaAt(path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = validator.schema;
  for (const key of path) {
    const parent: SchemaNode | undefined = resolve(node);
    const { additionalProperties } = parent ?? {};
    node =
      typeof key === 'number'
        ? parent?.items
        : (parent?.properties?.[key] ??
          (typeof additionalProperties === 'object' ? additionalProperties : undefined));
  }
  return node;
}

function resolve(node: SchemaNode | undefined): SchemaNode | undefined {
  const name = node?.$ref?.slice('#/$defs/'.length);
  return name === undefined ? node : validator.schema.$defs?.[name];
}

/** A JSON pointer (RFC 6901) as a path; digits are an index in lists only. */
function parsePointer(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => {
      const text = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(value) ? Number(text) : text;
      value = (value as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null)?.[key],
    root,
  );
}

/** A finding as one line: `shop.yaml:12: tracer_provider.limits.event_count_limit: expected ..., got ...`. */
export function findingText({ path, message }: Finding): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`;
}
