import type { FetchJson } from './poll';

/** `SamplingRule` of the X-Ray API. Texts are patterns with `*` and `?`. */
export interface RuleRecord {
  readonly RuleName?: string;
  /** The lowest comes first. */
  readonly Priority?: number;
  readonly ReservoirSize?: number;
  readonly FixedRate?: number;
  readonly ServiceName?: string;
  readonly ServiceType?: string;
  readonly ResourceARN?: string;
  readonly Host?: string;
  readonly HTTPMethod?: string;
  readonly URLPath?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  /** X-Ray may raise the ratio for a minute when requests fail. */
  readonly SamplingRateBoost?: { readonly MaxRate?: number; readonly CooldownWindowMinutes?: number } | null;
  readonly Version?: number;
}

/** `SamplingTargetDocument`: what X-Ray wants of this process for a rule. Times are seconds since the epoch. */
export interface Target {
  readonly RuleName?: string;
  readonly FixedRate?: number;
  readonly Interval?: number;
  readonly ReservoirQuota?: number;
  readonly ReservoirQuotaTTL?: number;
  /** A ratio for a while, never above the rule's `MaxRate`; X-Ray keeps to the rule's cooldown. */
  readonly SamplingBoost?: { readonly BoostRate?: number; readonly BoostRateTTL?: number } | null;
}

interface RulesPage {
  readonly SamplingRuleRecords?: readonly { readonly SamplingRule?: RuleRecord }[];
  readonly NextToken?: string | null;
}

const maxPages = 20;

/**
 * Reads all pages of rules.
 *
 * @see https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html
 */
export function readRules(fetchJson: FetchJson, url: string, done: Parameters<FetchJson>[2]): void {
  const rules: RuleRecord[] = [];
  readPage(undefined, 1);

  function readPage(token: string | undefined, page: number): void {
    fetchJson(url, token === undefined ? {} : { NextToken: token }, (answer) => {
      if ('problem' in answer) return done(answer);
      const { SamplingRuleRecords: records, NextToken: next } = (answer.value ?? {}) as RulesPage;
      if (!Array.isArray(records)) return done({ problem: 'no sampling rules' });
      for (const { SamplingRule: rule } of records) if (rule) rules.push(rule);
      if (next && page < maxPages) readPage(next, page + 1);
      else done({ value: rules });
    });
  }
}
