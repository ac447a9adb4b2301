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
  readonly Version?: number;
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
