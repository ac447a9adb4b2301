import type { Attributes } from '@opentelemetry/api';
import { nowMillis } from '../../../model/clock';
import { newSpanId } from '../ids';
import { type FetchJson, poll } from './poll';
import { rateLimit } from './rate-limit';
import { dropped, type SpanSampler, type SpanStart, sampled } from './sampler';
import { traceIdRatio } from './samplers';
import { type RuleRecord, readRules, type Target } from './xray-api';
import { createXrayRule, type XrayRule } from './xray-rule';

export interface XrayOptions {
  /** Of the daemon, or of a Collector's `awsproxy`. */
  readonly endpoint: string;
  /** Between two readings of the rules. */
  readonly pollingIntervalMillis: number;
  /** Between two reports on what was sampled, unless X-Ray wants another interval. */
  readonly targetIntervalMillis?: number;
  readonly resource: () => Attributes;
  readonly fetchJson: FetchJson;
}

/** X-Ray takes at most so many statistics at once. */
const maxDocuments = 25;
/** Rules that could not be read again for an hour count no longer. */
const maxRuleAgeMillis = 3_600_000;

/**
 * Samples by the rules that X-Ray holds for all services: a reservoir of so many requests a second, of which X-Ray gives each
 * process its share, and a fixed ratio of what is beyond. Until there are rules, one a second and one in twenty are sampled.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html
 */
export function xraySampler(options: XrayOptions): SpanSampler {
  const { fetchJson, resource, pollingIntervalMillis, targetIntervalMillis = 10_000 } = options;
  const clientId = (newSpanId() + newSpanId()).slice(0, 24);
  const fallback = createFallback();
  let rules: readonly XrayRule[] = [];
  let readMillis = 0;
  let nextTargetsMillis = targetIntervalMillis;

  poll({
    fetchJson: (_url, _body, done) => readRules(fetchJson, urlOf('GetSamplingRules'), done),
    url: () => urlOf('GetSamplingRules'),
    what: 'sampling rules',
    intervalMillis: () => pollingIntervalMillis,
    use: useRules,
  });
  poll({
    fetchJson,
    url: () => urlOf('SamplingTargets'),
    what: 'sampling targets',
    firstDelayMillis: targetIntervalMillis,
    intervalMillis: () => nextTargetsMillis,
    body: () => ({
      SamplingStatisticsDocuments: takeStatistics(),
      ...(rules.some(({ boost }) => boost) && { SamplingBoostStatisticsDocuments: takeBoostStatistics() }),
    }),
    use: useTargets,
  });

  return {
    wantsAttributes: () => rules.length > 0,
    shouldSample(start) {
      const isFresh = nowMillis() - readMillis < maxRuleAgeMillis;
      const rule = isFresh ? rules.find(({ matches }) => matches(start)) : undefined;
      const isSampled = rule ? rule.sample(start) : fallback(start);
      return rule?.boost?.resultOf(isSampled) ?? (isSampled ? sampled : dropped);
    },
  };

  function urlOf(operation: string): string {
    return new URL(operation, options.endpoint).href;
  }

  /** What is known of a rule that has not changed stays, its reservoir above all. */
  function useRules(value: unknown): void {
    const found = (value as RuleRecord[])
      .map((record) => createXrayRule(record, resource(), clientId))
      .filter((rule) => rule !== undefined);
    found.sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
    rules = found.map((rule) => rules.find((known) => known.identity === rule.identity) ?? rule);
    readMillis = nowMillis();
  }

  function takeStatistics(): unknown[] {
    return rules
      .filter((rule) => rule.hasStatistics())
      .slice(0, maxDocuments)
      .map((rule) => rule.takeStatistics());
  }

  function takeBoostStatistics(): unknown[] {
    const serviceName = String(resource()['service.name']);
    return rules
      .flatMap(({ boost }) => (boost?.hasCounts() ? boost : []))
      .slice(0, maxDocuments)
      .map((boost) => boost.take(serviceName));
  }

  function useTargets(value: unknown): void {
    const { SamplingTargetDocuments: targets, LastRuleModification: modified } = value as Targets;
    let shortest = Number.POSITIVE_INFINITY;
    for (const target of targets ?? []) {
      rules.find(({ name }) => name === target.RuleName)?.useTarget(target);
      if (typeof target.Interval === 'number' && target.Interval > 0)
        shortest = Math.min(shortest, target.Interval);
    }
    nextTargetsMillis = Number.isFinite(shortest) ? shortest * 1000 : targetIntervalMillis;
    if (typeof modified === 'number' && modified * 1000 > readMillis)
      readRules(fetchJson, urlOf('GetSamplingRules'), (answer) => {
        if ('value' in answer) useRules(answer.value);
      });
  }
}

interface Targets {
  readonly SamplingTargetDocuments?: readonly Target[];
  /** Seconds since the epoch. */
  readonly LastRuleModification?: number;
}

function createFallback(): (start: SpanStart) => boolean {
  const mayPass = rateLimit(1);
  const byRatio = traceIdRatio(0.05);
  return (start) => mayPass() || byRatio(start.parent, start);
}
