import type { SpanContext } from '@opentelemetry/api';
import type { SpanConditionConfig, SpanMatchConfig } from '../../../config/sampler-config';
import { globMatcher, pathMatcher } from '../../../model/glob';
import type { SpanStart } from './sampler';

/** Which spans a rule is for. */
export interface SpanMatch {
  matches(start: SpanStart): boolean;
  /** Whether it depends on attributes for spans with such a parent. */
  wantsAttributes(parent: SpanContext | undefined): boolean;
  /** Whether it can match spans with such a parent at all. */
  isFor(parent: ParentType): boolean;
}

export type ParentType = 'none' | 'remote' | 'local';

/** In the order of the API's `SpanKind`. */
const kindNames = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

type Condition = (start: SpanStart) => boolean;

/** Compiles what a rule says of the spans that it is for. */
export function spanMatch({ spanKinds, parents, conditions = [] }: SpanMatchConfig): SpanMatch {
  const compiled = conditions.map(compileCondition);
  const isFor = (parent: ParentType) => parents?.includes(parent) ?? true;
  return {
    isFor,
    wantsAttributes: (parent) => compiled.length > 0 && isFor(parentType(parent)),
    matches: (start) =>
      isFor(parentType(start.parent)) &&
      (spanKinds?.includes(kindNames[start.kind] ?? 'internal') ?? true) &&
      compiled.every((meets) => meets(start)),
  };
}

/** What a rule may ask of a span's parent. */
export function parentType(parent: SpanContext | undefined): ParentType {
  if (parent === undefined) return 'none';
  return parent.isRemote ? 'remote' : 'local';
}

function compileCondition(condition: SpanConditionConfig): Condition {
  const valuesOf = reader(condition);
  const { values } = condition;
  const included = condition.included?.map((pattern) => compilePattern(condition.of, pattern));
  const excluded = condition.excluded?.map((pattern) => compilePattern(condition.of, pattern));
  return (start) => {
    const found = valuesOf(start);
    if (excluded && found.some((value) => excluded.some((matches) => matches(value)))) return false;
    if (values && !found.some((value) => values.includes(value))) return false;
    return !included || found.some((value) => included.some((matches) => matches(value)));
  };
}

function compilePattern(of: SpanConditionConfig['of'], pattern: string): (text: string) => boolean {
  switch (of) {
    case 'path':
      return pathMatcher(pattern);
    case 'host':
      return globMatcher(pattern.toLowerCase());
    case 'method':
      return globMatcher(pattern.toUpperCase());
    default:
      return globMatcher(pattern);
  }
}

/** What a condition looks at, as texts; none if it is missing. */
function reader({ of, key = '' }: SpanConditionConfig): (start: SpanStart) => readonly string[] {
  switch (of) {
    case 'name':
      return ({ name }) => [name];
    case 'method':
      return ({ attributes }) =>
        texts(attributes.get('http.request.method_original') ?? attributes.get('http.request.method'));
    case 'host':
      return ({ attributes }) => texts(attributes.get('server.address')).map((host) => host.toLowerCase());
    case 'path':
      return ({ attributes }) => texts(attributes.get('url.path') ?? pathOf(attributes.get('url.full')));
    case 'attribute':
      return ({ attributes }) => texts(attributes.get(key));
  }
}

function texts(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** The path of an absolute URL, which client spans have in its place. */
function pathOf(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  const path = /^[^:/?#]+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1];
  return path === '' ? '/' : path;
}
