import type { Attributes } from '@opentelemetry/api';
import type { SpanConditionConfig } from '../../../config/sampler-config';
import { nowMillis } from '../../../model/clock';
import { globMatcher } from '../../../model/glob';
import type { TraceIdentity } from '../../../model/span-identity';
import { spanMatch } from './match';
import { type RateLimit, rateLimit } from './rate-limit';
import type { SpanStart } from './sampler';
import { traceIdRatio } from './samplers';
import type { RuleRecord, Target } from './xray-api';
import { type BoostStatistics, countForBoost } from './xray-boost';

/** A rule of X-Ray, with what this process knows of it. */
export interface XrayRule {
  readonly name: string;
  readonly priority: number;
  /** All that was said of it; a rule with another one is another rule. */
  readonly identity: string;
  matches(start: SpanStart): boolean;
  /** Whether a request that matches is to be sampled; counts it. */
  sample(identity: TraceIdentity): boolean;
  hasStatistics(): boolean;
  /** `SamplingStatisticsDocument`; counting begins anew. */
  takeStatistics(): unknown;
  useTarget(target: Target): void;
  /** Present if X-Ray may raise the ratio for a while. */
  readonly boost: BoostStatistics | undefined;
}

/** @returns undefined for a rule that is meant for other services */
export function createXrayRule(
  record: RuleRecord,
  resource: Attributes,
  clientId: string,
): XrayRule | undefined {
  const { RuleName: name = '', Priority: priority = 10_000, ReservoirSize: reservoirSize = 0 } = record;
  if (!isForService(record, resource)) return undefined;
  const { matches } = spanMatch({ conditions: conditionsOf(record) });
  let byRatio = traceIdRatio(record.FixedRate ?? 0);
  // Until X-Ray has given this process its share of the reservoir it may borrow one request a second.
  const borrow: RateLimit = reservoirSize > 0 ? rateLimit(1) : () => false;
  let quota: RateLimit | undefined;
  let quotaPerSecond = -1;
  let quotaEndMillis = 0;
  let byBoost = byRatio;
  let boostEndMillis = 0;
  let counts = { RequestCount: 0, SampledCount: 0, BorrowCount: 0 };

  return {
    name,
    priority,
    identity: JSON.stringify(record),
    matches,
    sample(identity) {
      counts.RequestCount++;
      const hasQuota = quota !== undefined && nowMillis() < quotaEndMillis;
      const isFromReservoir = hasQuota ? quota!() : borrow();
      if (isFromReservoir && !hasQuota) counts.BorrowCount++;
      const isSampled =
        isFromReservoir || (nowMillis() < boostEndMillis ? byBoost : byRatio)(undefined, identity);
      if (isSampled) counts.SampledCount++;
      return isSampled;
    },
    hasStatistics: () => counts.RequestCount > 0,
    takeStatistics() {
      const taken = {
        ClientID: clientId,
        RuleName: name,
        Timestamp: Math.floor(nowMillis() / 1000),
        ...counts,
      };
      counts = { RequestCount: 0, SampledCount: 0, BorrowCount: 0 };
      return taken;
    },
    boost: record.SamplingRateBoost ? countForBoost(name) : undefined,
    useTarget({ FixedRate: ratio, ReservoirQuota: perSecond, ReservoirQuotaTTL: endSeconds, SamplingBoost }) {
      if (typeof ratio === 'number') byRatio = traceIdRatio(ratio);
      const { BoostRate: boosted, BoostRateTTL: boostEndSeconds } = SamplingBoost ?? {};
      boostEndMillis = typeof boostEndSeconds === 'number' ? boostEndSeconds * 1000 : 0;
      if (typeof boosted === 'number' && boosted >= (ratio ?? 0)) byBoost = traceIdRatio(boosted);
      else boostEndMillis = 0;
      if (typeof perSecond !== 'number' || typeof endSeconds !== 'number') return;
      if (perSecond !== quotaPerSecond) quota = perSecond > 0 ? rateLimit(perSecond) : () => false;
      quotaPerSecond = perSecond;
      quotaEndMillis = endSeconds * 1000;
    },
  };
}

function conditionsOf({
  Host,
  HTTPMethod,
  URLPath,
  Attributes: attributes,
}: RuleRecord): SpanConditionConfig[] {
  const conditions: SpanConditionConfig[] = [
    { of: 'host', included: [Host ?? '*'] },
    { of: 'method', included: [HTTPMethod ?? '*'] },
    { of: 'path', included: [URLPath ?? '*'] },
    ...Object.entries(attributes ?? {}).map(([key, pattern]) => ({
      of: 'attribute' as const,
      key,
      included: [pattern],
    })),
  ];
  // What is of any value may also be missing.
  return conditions.filter(({ included }) => included![0] !== '*');
}

/** `cloud.platform` as X-Ray names it. */
const serviceTypes: Readonly<Record<string, string>> = {
  aws_ec2: 'AWS::EC2::Instance',
  aws_ecs: 'AWS::ECS::Container',
  aws_eks: 'AWS::EKS::Container',
  aws_elastic_beanstalk: 'AWS::ElasticBeanstalk::Environment',
  aws_lambda: 'AWS::Lambda::Function',
};

function isForService({ ServiceName, ServiceType, ResourceARN }: RuleRecord, resource: Attributes): boolean {
  const type = serviceTypes[String(resource['cloud.platform'])] ?? '';
  const arn = String(resource['aws.ecs.container.arn'] ?? resource['cloud.resource_id'] ?? '');
  return (
    globMatcher(ServiceName ?? '*')(String(resource['service.name'] ?? '')) &&
    globMatcher(ServiceType ?? '*')(type) &&
    globMatcher(ResourceARN ?? '*')(arn)
  );
}
