import type {
  ComposableSamplerConfig,
  ParentBasedConfig,
  SamplerConfig,
  SpanMatchConfig,
} from '../sampler-config';
import { parseSamplingRules } from '../sampling-rules';
import type { Path, Tree } from './read-config-file';
import type { OpenFile } from './variables';

/** The sampler of the file; without one, or in place of one that is not supported, `fallback`. */
export function readSampler(file: OpenFile, fallback: SamplerConfig): SamplerConfig {
  const sampler = file.tree.tracer_provider?.sampler as Tree | undefined;
  return samplerAt(file, sampler, ['tracer_provider', 'sampler']) ?? fallback;
}

/** Undefined if there is none, or it is not supported. */
function samplerAt(file: OpenFile, sampler: Tree | undefined, path: Path): SamplerConfig | undefined {
  if (sampler === undefined) return undefined;
  const [key, options, own] = component(sampler, path);
  const inner = (name: string) => samplerAt(file, options[name], [...own, name]);
  switch (key) {
    case 'always_on':
    case 'always_off':
      return { kind: key };
    case 'trace_id_ratio_based':
      return { kind: 'trace_id_ratio', ratio: options.ratio ?? 1 };
    case 'probability/development':
      return probability(options.ratio);
    case 'parent_based':
      return parentBased(inner);
    case 'always_record':
      file.unsupportedExcept(options, own, ['root']);
      return { kind: 'always_record', root: inner('root') ?? alwaysOn };
    case 'composite/development': {
      const composable = composableAt(file, options, own);
      return composable && { kind: 'composite', sampler: composable };
    }
    case 'jaeger_remote/development':
      return {
        kind: 'jaeger_remote',
        endpoint: options.endpoint,
        pollingIntervalMillis: options.interval || 60_000,
        initial: inner('initial_sampler') ?? alwaysOn,
      };
    // What the schema does not have, as custom components of ours.
    case 'rate_limiting':
      file.unsupportedExcept(options, own, ['traces_per_second']);
      return { kind: key, tracesPerSecond: options.traces_per_second ?? 10 };
    case 'xray':
      file.unsupportedExcept(options, own, ['endpoint', 'interval']);
      return {
        kind: key,
        endpoint: options.endpoint ?? 'http://localhost:2000/',
        pollingIntervalMillis: options.interval ?? 300_000,
      };
    case 'rules':
      file.unsupportedExcept(options, own, ['rules']);
      return rules(file, options.rules, own);
    default:
      file.unsupported(own);
      return undefined;
  }
}

/** Texts in the short form of the variable. */
function rules(
  file: OpenFile,
  texts: readonly string[] | string = [],
  path: Path,
): SamplerConfig | undefined {
  const { rules, problems } = parseSamplingRules([texts].flat().join(';'));
  for (const problem of problems) file.complaints.push(`${file.place(path)}: ${problem}; using the others`);
  if (rules.length === 0) return undefined;
  return { kind: 'rules', rules, otherwise: { kind: 'parent_based', root: alwaysOn } };
}

const alwaysOn = { kind: 'always_on' } as const;

/** A share of nothing cannot be told in a threshold. */
function probability(ratio: number | null = 1) {
  return ratio === 0
    ? ({ kind: 'always_off' } as const)
    : ({ kind: 'probability', ratio: ratio ?? 1 } as const);
}

function parentBased(inner: (name: string) => SamplerConfig | undefined): ParentBasedConfig {
  const others = {
    remoteParentSampled: inner('remote_parent_sampled'),
    remoteParentNotSampled: inner('remote_parent_not_sampled'),
    localParentSampled: inner('local_parent_sampled'),
    localParentNotSampled: inner('local_parent_not_sampled'),
  };
  const given = Object.entries(others).filter(([, sampler]) => sampler !== undefined);
  return { kind: 'parent_based', root: inner('root') ?? alwaysOn, ...Object.fromEntries(given) };
}

function composableAt(file: OpenFile, sampler: Tree, path: Path): ComposableSamplerConfig | undefined {
  const [key, options, own] = component(sampler, path);
  switch (key) {
    case 'always_on':
    case 'always_off':
      return { kind: key };
    case 'probability':
      return probability(options.ratio);
    case 'parent_threshold': {
      const root = composableAt(file, options.root, [...own, 'root']);
      return root && { kind: key, root };
    }
    case 'rule_based':
      return { kind: key, rules: rulesAt(file, options.rules ?? [], [...own, 'rules']) };
    default:
      file.unsupported(own);
      return undefined;
  }
}

type RuleBased = Extract<ComposableSamplerConfig, { kind: 'rule_based' }>;

function rulesAt(file: OpenFile, rules: readonly Tree[], path: Path): RuleBased['rules'] {
  return rules.flatMap((rule, index) => {
    const sampler = composableAt(file, rule.sampler, [...path, index, 'sampler']);
    return sampler ? [{ match: matchOf(rule), sampler }] : [];
  });
}

/** Attributes are matched by their text. */
function matchOf({ span_kinds, parent, attribute_values, attribute_patterns }: Tree): SpanMatchConfig {
  const conditions = [attribute_values, attribute_patterns]
    .filter((condition) => condition !== undefined)
    .map((condition: Tree) => ({ of: 'attribute' as const, ...(condition as { key: string }) }));
  return {
    ...(span_kinds && { spanKinds: span_kinds }),
    ...(parent && { parents: parent }),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** The one key of a mapping that names a component, its options, and where they stand. */
function component(mapping: Tree, path: Path): [key: string, options: Tree, path: Path] {
  const [key, options] = Object.entries<Tree | null>(mapping)[0]!;
  return [key, options ?? {}, [...path, key]];
}
