import type { Attributes } from '@opentelemetry/api';
import type { ComposableSamplerConfig, SamplerConfig, SpanMatchConfig } from '../config/sampler-config';
import type { ComposableSampler } from '../sdk/trace/sampling/composite';
import type { SpanMatch } from '../sdk/trace/sampling/match';
import type { Sampler } from '../sdk/trace/sampling/sampler';
import { alwaysOff, alwaysOn, parentBased, traceIdRatioOfAny } from '../sdk/trace/sampling/samplers';

/** The sampler that is configured. What is not standard is loaded only if somebody wants it. */
export function createSampler(config: SamplerConfig, resource: () => Attributes): Sampler {
  switch (config.kind) {
    case 'always_on':
      return alwaysOn;
    case 'always_off':
      return alwaysOff;
    case 'trace_id_ratio':
      return traceIdRatioOfAny(config.ratio);
    case 'parent_based':
      return parentBased({
        root: create(config.root),
        remoteParentSampled: forChildren(config.remoteParentSampled),
        remoteParentNotSampled: forChildren(config.remoteParentNotSampled),
        localParentSampled: forChildren(config.localParentSampled),
        localParentNotSampled: forChildren(config.localParentNotSampled),
      });
    case 'always_record': {
      const { alwaysRecord } =
        require('../sdk/trace/sampling/always-record') as typeof import('../sdk/trace/sampling/always-record');
      return alwaysRecord(create(config.root));
    }
    case 'rate_limiting': {
      const { rateLimiting } =
        require('../sdk/trace/sampling/rate-limit') as typeof import('../sdk/trace/sampling/rate-limit');
      return rateLimiting(config.tracesPerSecond);
    }
    case 'probability':
      return requireComposite().compositeSampler(createComposable(config));
    case 'composite':
      return requireComposite().compositeSampler(createComposable(config.sampler));
    case 'rules': {
      const { ruleSampler } =
        require('../sdk/trace/sampling/rules') as typeof import('../sdk/trace/sampling/rules');
      return ruleSampler(
        config.rules.map(({ match, sampler }) => ({ match: createMatch(match), sampler: create(sampler) })),
        create(config.otherwise),
      );
    }
    case 'jaeger_remote': {
      const { jaegerRemote } =
        require('../sdk/trace/sampling/jaeger-remote') as typeof import('../sdk/trace/sampling/jaeger-remote');
      return jaegerRemote({
        ...config,
        initial: create(config.initial),
        serviceName: () => String(resource()['service.name']),
        fetchJson: fetchJson(),
        fetchByGrpc(...asked) {
          const { fetchJaegerStrategy } =
            require('../export/jaeger-strategy') as typeof import('../export/jaeger-strategy');
          fetchJaegerStrategy(...asked);
        },
      });
    }
    case 'xray': {
      const { xraySampler } =
        require('../sdk/trace/sampling/xray-sampler') as typeof import('../sdk/trace/sampling/xray-sampler');
      return xraySampler({ ...config, resource, fetchJson: fetchJson() });
    }
  }

  function forChildren(inner: SamplerConfig | undefined): Sampler | undefined {
    return inner?.kind === 'trace_id_ratio' ? traceIdRatioOfAny(inner.ratio, true) : inner && create(inner);
  }

  function create(inner: SamplerConfig): Sampler {
    return createSampler(inner, resource);
  }
}

function createComposable(config: ComposableSamplerConfig): ComposableSampler {
  const composite = requireComposite();
  switch (config.kind) {
    case 'always_on':
      return composite.composableProbability(1);
    case 'always_off':
      return composite.composableAlwaysOff;
    case 'probability':
      return composite.composableProbability(config.ratio);
    case 'parent_threshold':
      return composite.composableParentThreshold(createComposable(config.root));
    case 'rule_based':
      return composite.composableRuleBased(
        config.rules.map(({ match, sampler }) => ({
          match: createMatch(match),
          sampler: createComposable(sampler),
        })),
      );
    case 'annotating':
      return composite.composableAnnotating(config.attributes, createComposable(config.sampler));
  }
}

function createMatch(config: SpanMatchConfig): SpanMatch {
  const { spanMatch } =
    require('../sdk/trace/sampling/match') as typeof import('../sdk/trace/sampling/match');
  return spanMatch(config);
}

function requireComposite() {
  return require('../sdk/trace/sampling/composite') as typeof import('../sdk/trace/sampling/composite');
}

function fetchJson() {
  return (require('../export/transport/fetch-json') as typeof import('../export/transport/fetch-json'))
    .fetchJson;
}
