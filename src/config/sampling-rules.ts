import { ratio, unexpected } from './parsers';
import type { RulesConfig, SamplerConfig, SpanConditionConfig, SpanMatchConfig } from './sampler-config';

type Rule = RulesConfig['rules'][number];

const spanKinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const parents = ['none', 'remote', 'local'] as const;
const subjects = ['name', 'method', 'path', 'host'] as const;

const expectedRule = 'conditions -> on, off, a ratio from 0 to 1 or n/s';
const expectedCondition = `* or conditions on kind, parent, ${subjects.join(', ')} or an attribute, each key=value or key!=value`;

const maxProblems = 10;

/**
 * Reads rules in their short form, one after the other, separated by semicolons:
 *
 *     path=/health* -> off; kind=server method=POST|PUT path=/orders/:id -> on; host=*.partner.example -> 10/s; * -> 0.25
 *
 * A rule without a condition on `parent` decides for spans that begin a trace; one that says `off`, for any span. Values are
 * patterns (see {@link SpanConditionConfig}), alternatives stand between `|`; one with spaces or semicolons goes into double quotes.
 *
 * @returns the rules that could be read, and a line for each that could not, of many for the first ten
 */
export function parseSamplingRules(text: string): { rules: readonly Rule[]; problems: readonly string[] } {
  const rules: Rule[] = [];
  const problems: string[] = [];
  for (const part of splitOutsideQuotes(text, ';')) {
    if (part.trim() === '') continue;
    const rule = parseRule(part.trim());
    if (typeof rule !== 'string') rules.push(rule);
    else if (problems.length < maxProblems) problems.push(rule);
  }
  if (rules.length + problems.length === 0) problems.push(unexpected(`rules: ${expectedRule}`, text));
  return { rules, problems };
}

function parseRule(text: string): Rule | string {
  const sides = splitOutsideQuotes(text, '->');
  const sampler = sides.length === 2 ? parseDecision(sides[1]!.trim()) : undefined;
  if (sampler === undefined) return unexpected(expectedRule, text);
  const match = parseMatch(sides[0]!.trim());
  if (typeof match === 'string') return match === '' ? unexpected(expectedCondition, text) : match;
  const isForRoots = match.parents === undefined && sampler.kind !== 'always_off';
  return { match: isForRoots ? { ...match, parents: ['none'] } : match, sampler };
}

function parseDecision(text: string): SamplerConfig | undefined {
  if (text === 'on') return { kind: 'always_on' };
  if (text === 'off') return { kind: 'always_off' };
  const rate = /^(\d+\.?\d*|\.\d+)\/s$/.exec(text);
  if (rate) return { kind: 'rate_limiting', tracesPerSecond: Number(rate[1]) };
  const { value } = ratio.parse(text);
  if (value === undefined) return undefined;
  return value === 0 ? { kind: 'always_off' } : { kind: 'probability', ratio: value };
}

/** An empty text is returned for what is no list of conditions. */
function parseMatch(text: string): SpanMatchConfig | string {
  if (text === '*') return {};
  const match: { -readonly [Key in keyof SpanMatchConfig]: SpanMatchConfig[Key] } = {};
  const conditions: SpanConditionConfig[] = [];
  let rest = text;
  while (rest !== '') {
    const found = CONDITION.exec(rest);
    if (found === null) return '';
    const [whole, key = '', operator, quoted, plain] = found;
    const alternatives = (quoted ?? plain ?? '').split('|');
    const isNot = operator === '!=';
    rest = rest.slice(whole.length).trimStart();
    if (key === 'kind' || key === 'parent') {
      const known: readonly string[] = key === 'kind' ? spanKinds : parents;
      const unknown = alternatives.find((name) => !known.includes(name));
      if (unknown !== undefined) return `${key}: ${unexpected(known.join(', '), unknown)}`;
      const wanted = known.filter((name) => alternatives.includes(name) !== isNot);
      if (key === 'kind') match.spanKinds = wanted as (typeof spanKinds)[number][];
      else match.parents = wanted as (typeof parents)[number][];
      continue;
    }
    const subject = subjects.find((each) => each === key);
    if (subject === undefined && !key.includes('.')) return '';
    conditions.push({
      ...(subject ? { of: subject } : { of: 'attribute', key }),
      ...(isNot ? { excluded: alternatives } : { included: alternatives }),
    });
  }
  if (conditions.length > 0) match.conditions = conditions;
  return text === '' ? '' : match;
}

const CONDITION = /^([^\s="!]+)(!?=)(?:"([^"]+)"|([^\s"]+))(?=\s|$)/;

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text.startsWith(separator, i)) {
      parts.push(text.slice(start, i));
      start = i + separator.length;
    }
  }
  return [...parts, text.slice(start)];
}
