import { attributeOf } from '../../../model/attribute-list';
import { nowMillis } from '../../../model/clock';
import type { EndedSpan } from '../../../model/ended-span';
import type { SamplingResult } from './sampler';

const errorStatus = 2;
const firstServerError = 500;

/** What X-Ray has to know of the requests of a rule to raise its ratio when they fail. */
export interface BoostStatistics {
  /** The decision for a request, whose end is then counted: unsampled ones are recorded for that. */
  resultOf(isSampled: boolean): SamplingResult;
  hasCounts(): boolean;
  /** `SamplingBoostStatisticsDocument`; counting begins anew. */
  take(serviceName: string): unknown;
}

/**
 * Counts the requests of a rule with `SamplingRateBoost`, and those among them that failed: answered with 500 or more, or, without an answer, with the
 * status of an error.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-adaptive-sampling.html
 */
export function countForBoost(ruleName: string): BoostStatistics {
  let counts = none();
  const onEnd = (span: EndedSpan, isSampled: boolean) => {
    counts.TotalCount++;
    if (!isAnomaly(span)) return;
    counts.AnomalyCount++;
    if (isSampled) counts.SampledAnomalyCount++;
  };
  const sampled: SamplingResult = { decision: 'sample', onEnd: (span) => onEnd(span, true) };
  const recorded: SamplingResult = { decision: 'record', onEnd: (span) => onEnd(span, false) };
  return {
    resultOf: (isSampled) => (isSampled ? sampled : recorded),
    hasCounts: () => counts.TotalCount > 0,
    take(serviceName) {
      const taken = counts;
      counts = none();
      return {
        RuleName: ruleName,
        ServiceName: serviceName,
        Timestamp: Math.floor(nowMillis() / 1000),
        ...taken,
      };
    },
  };
}

const none = () => ({ TotalCount: 0, AnomalyCount: 0, SampledAnomalyCount: 0 });

function isAnomaly({ attributes, status }: EndedSpan): boolean {
  const code = attributeOf(attributes, 'http.response.status_code');
  return typeof code === 'number' ? code >= firstServerError : status.code === errorStatus;
}
