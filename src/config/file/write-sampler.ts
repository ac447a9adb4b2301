import type {
  ComposableSamplerConfig,
  RulesConfig,
  SamplerConfig,
  SpanConditionConfig,
  SpanMatchConfig,
} from '../sampler-config';
import type { Tree } from './read-config-file';

/** A sampler as it stands in a file. */
export function writeSampler(sampler: SamplerConfig): Tree {
  switch (sampler.kind) {
    case 'always_on':
    case 'always_off':
      return { [sampler.kind]: null };
    case 'trace_id_ratio':
      return { trace_id_ratio_based: { ratio: sampler.ratio } };
    case 'probability':
      return { 'probability/development': { ratio: sampler.ratio } };
    case 'parent_based':
      return {
        parent_based: {
          root: writeSampler(sampler.root),
          remote_parent_sampled: sampler.remoteParentSampled && writeSampler(sampler.remoteParentSampled),
          remote_parent_not_sampled:
            sampler.remoteParentNotSampled && writeSampler(sampler.remoteParentNotSampled),
          local_parent_sampled: sampler.localParentSampled && writeSampler(sampler.localParentSampled),
          local_parent_not_sampled:
            sampler.localParentNotSampled && writeSampler(sampler.localParentNotSampled),
        },
      };
    case 'always_record':
      return { always_record: { root: writeSampler(sampler.root) } };
    case 'composite':
      return { 'composite/development': writeComposable(sampler.sampler) };
    case 'rate_limiting':
      return { rate_limiting: { traces_per_second: sampler.tracesPerSecond } };
    case 'rules':
      return { rules: { rules: sampler.rules.map(ruleText) } };
    case 'jaeger_remote':
      return {
        'jaeger_remote/development': {
          endpoint: sampler.endpoint,
          interval: sampler.pollingIntervalMillis,
          initial_sampler: writeSampler(sampler.initial),
        },
      };
    case 'xray':
      return { xray: { endpoint: sampler.endpoint, interval: sampler.pollingIntervalMillis } };
  }
}

function writeComposable(sampler: ComposableSamplerConfig): Tree {
  switch (sampler.kind) {
    case 'always_on':
    case 'always_off':
      return { [sampler.kind]: null };
    case 'probability':
      return { probability: { ratio: sampler.ratio } };
    case 'parent_threshold':
      return { parent_threshold: { root: writeComposable(sampler.root) } };
    case 'rule_based':
      return {
        rule_based: {
          rules: sampler.rules.map(({ match, sampler: each }) => ({
            ...writeMatch(match),
            sampler: writeComposable(each),
          })),
        },
      };
    case 'annotating':
      return writeComposable(sampler.sampler);
  }
}

/** The schema knows conditions on attributes only, one of values and one of patterns. */
function writeMatch({ spanKinds, parents, conditions = [] }: SpanMatchConfig): Tree {
  const parts = conditions.map(({ of: _, values, ...condition }) =>
    values ? ['attribute_values', { ...condition, values }] : ['attribute_patterns', condition],
  );
  return { ...Object.fromEntries(parts), span_kinds: spanKinds, parent: parents };
}

/** The short form that the variable has too. */
function ruleText({ match, sampler }: RulesConfig['rules'][number]): string {
  const { spanKinds, parents, conditions = [] } = match;
  const isForRoots = parents?.join() === 'none' && sampler.kind !== 'always_off';
  const parts = [
    ...(spanKinds ? [`kind=${spanKinds.join('|')}`] : []),
    ...(parents && !isForRoots ? [`parent=${parents.join('|')}`] : []),
    ...conditions.map(conditionText),
  ];
  return `${parts.join(' ') || '*'} -> ${decisionText(sampler)}`;
}

function conditionText({ of: subject, key, values, included, excluded }: SpanConditionConfig): string {
  const text = (included ?? values ?? excluded ?? []).join('|');
  const shown = /[\s;"]/.test(text) ? `"${text}"` : text;
  return `${subject === 'attribute' ? key : subject}${excluded ? '!=' : '='}${shown}`;
}

function decisionText(sampler: SamplerConfig): string {
  switch (sampler.kind) {
    case 'always_on':
      return 'on';
    case 'rate_limiting':
      return `${sampler.tracesPerSecond}/s`;
    case 'probability':
      return `${sampler.ratio}`;
    default:
      return 'off';
  }
}
