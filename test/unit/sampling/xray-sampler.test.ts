import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Attributes, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { loadConfig } from '../../../src/config/load';
import { fetchJson } from '../../../src/export/transport/fetch-json';
import type { SpanSampler } from '../../../src/sdk/trace/sampling/sampler';
import { parentBased } from '../../../src/sdk/trace/sampling/samplers';
import { createXrayRule } from '../../../src/sdk/trace/sampling/xray-rule';
import { xraySampler } from '../../../src/sdk/trace/sampling/xray-sampler';
import { createTracerProvider } from '../../../src/sdk/trace/tracer-provider';
import { type Asked, isSampled } from './ask';
import { startJsonServer } from './json-server';

// The form of the examples in https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html.
const any = {
  ResourceARN: '*',
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Attributes: {},
  Version: 1,
};
const defaultRule = { ...any, RuleName: 'Default', Priority: 10_000, FixedRate: 0, ReservoirSize: 0 };
const pollingRule = {
  ...any,
  RuleName: 'polling',
  Priority: 5000,
  FixedRate: 1,
  ReservoirSize: 0,
  ServiceName: 'sh*',
  HTTPMethod: 'GET',
  URLPath: '/api/state/*',
};
const otherService = { ...any, RuleName: 'other', Priority: 1, FixedRate: 1, ServiceName: 'Scorekeep' };
const page = (...rules: object[]) => ({
  SamplingRuleRecords: rules.map((SamplingRule) => ({ SamplingRule })),
});

const path = (value: string): Asked => ({
  traceId: 'f'.repeat(32),
  attributes: { 'url.path': value, 'http.request.method': 'GET' },
});

const samplerAt = (endpoint: string) =>
  xraySampler({
    endpoint,
    pollingIntervalMillis: 100,
    targetIntervalMillis: 200,
    resource: () => ({ 'service.name': 'shop', 'cloud.platform': 'aws_ecs' }),
    fetchJson,
  });

/** Waits until the sampler has rules. */
async function rulesOf(sampler: SpanSampler): Promise<void> {
  while (!sampler.wantsAttributes(undefined)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Of fifty requests at once, how many are sampled. */
function burst(sampler: SpanSampler): number {
  return Array.from({ length: 50 }, () => isSampled(sampler, path('/'))).filter(Boolean).length;
}

describe('the rules of X-Ray', { timeout: 30_000 }, () => {
  test('one a second and one in twenty, until there are some', async (t) => {
    const server = await startJsonServer(t, () => 500);
    const sampler = samplerAt(server.url);
    const taken = Array.from({ length: 50 }, () => isSampled(sampler, path('/')));
    assert.equal(taken.filter(Boolean).length, 1);
    assert.equal(isSampled(sampler, { traceId: `${'0'.repeat(31)}1` }), true);
  });

  test('are read, page by page, and asked in their order', async (t) => {
    const server = await startJsonServer(t, ({ body }) =>
      body.NextToken ? page(pollingRule) : { ...page(defaultRule, otherService), NextToken: 'more' },
    );
    const sampler = samplerAt(server.url);
    await rulesOf(sampler);
    assert.deepEqual(
      server.requests.slice(0, 2).map(({ method, url, body }) => [method, url, body]),
      [
        ['POST', '/GetSamplingRules', {}],
        ['POST', '/GetSamplingRules', { NextToken: 'more' }],
      ],
    );
    for (let i = 0; i < 20; i++) {
      assert.equal(isSampled(sampler, path('/api/state/1')), true);
      assert.equal(isSampled(sampler, path('/other')), false);
    }
  });

  test('targets: statistics go out, quotas come back', async (t) => {
    const server = await startJsonServer(t, ({ url }) =>
      url === '/GetSamplingRules'
        ? page({ ...defaultRule, ReservoirSize: 50 })
        : {
            SamplingTargetDocuments: [
              {
                RuleName: 'Default',
                FixedRate: 0,
                ReservoirQuota: 5,
                ReservoirQuotaTTL: Math.floor(Date.now() / 1000) + 60,
                Interval: 1,
              },
            ],
          },
    );
    const sampler = samplerAt(server.url);
    await rulesOf(sampler);
    assert.equal(burst(sampler), 1, 'borrowed');
    let targets = server.requests.find(({ url }) => url === '/SamplingTargets');
    while (targets === undefined) {
      await server.nextAnswer();
      targets = server.requests.find(({ url }) => url === '/SamplingTargets');
    }
    const [document] = targets.body.SamplingStatisticsDocuments;
    assert.match(document.ClientID, /^[0-9a-f]{24}$/);
    assert.equal(document.RuleName, 'Default');
    assert.deepEqual([document.RequestCount, document.SampledCount, document.BorrowCount], [50, 1, 1]);
    assert.ok(Math.abs(document.Timestamp - Date.now() / 1000) < 5);
    let taken = burst(sampler);
    while (taken < 2) {
      await server.nextAnswer();
      taken = burst(sampler);
    }
    assert.equal(taken, 5, 'the quota');
  });
});

describe('a rule', () => {
  const make = (record: object, resource = {}) =>
    createXrayRule({ ...defaultRule, ...record }, { 'service.name': 'shop', ...resource }, 'c'.repeat(24));

  test('is for the services that it names', () => {
    assert.ok(make({ ServiceName: 'sh?p' }));
    assert.equal(make({ ServiceName: 'Scorekeep' }), undefined);
    assert.ok(make({ ServiceType: 'AWS::ECS::*' }, { 'cloud.platform': 'aws_ecs' }));
    assert.equal(make({ ServiceType: 'AWS::ECS::*' }, { 'cloud.platform': 'aws_ec2' }), undefined);
    assert.ok(make({ ResourceARN: 'arn:*' }, { 'cloud.resource_id': 'arn:aws:x' }));
    assert.equal(make({ ResourceARN: 'arn:*' }), undefined);
  });
  test('borrows one a second where it has a reservoir, and counts', () => {
    const rule = make({ ReservoirSize: 10, FixedRate: 0.5 })!;
    const results = ['f', 'f', '1'].map((digit) => rule.sample({ traceId: digit.repeat(32) }));
    assert.deepEqual(results, [true, false, true]);
    const { Timestamp, ...counts } = rule.takeStatistics() as Record<string, unknown>;
    assert.equal(typeof Timestamp, 'number');
    assert.deepEqual(counts, {
      ClientID: 'c'.repeat(24),
      RuleName: 'Default',
      RequestCount: 3,
      SampledCount: 2,
      BorrowCount: 1,
    });
    assert.equal(rule.hasStatistics(), false);
  });
  test('follows its target until that ends', () => {
    const rule = make({ ReservoirSize: 10 })!;
    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    rule.useTarget({ FixedRate: 0, ReservoirQuota: 2, ReservoirQuotaTTL: inSeconds(60) });
    const many = () =>
      Array.from({ length: 20 }, () => rule.sample({ traceId: 'f'.repeat(32) })).filter(Boolean).length;
    assert.equal(many(), 2);
    rule.useTarget({ FixedRate: 1 });
    assert.equal(many(), 20);
    rule.useTarget({ FixedRate: 0, ReservoirQuota: 2, ReservoirQuotaTTL: inSeconds(-60) });
    assert.equal(many(), 1, 'borrowed');
  });
  test('has a higher ratio while it is boosted, and never a lower one', () => {
    const rule = make({ SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 1 } })!;
    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    const isSampledWith = (target: object) => {
      rule.useTarget(target);
      return rule.sample({ traceId: 'f'.repeat(32) });
    };
    assert.equal(rule.sample({ traceId: 'f'.repeat(32) }), false);
    const boost = (BoostRate: number, seconds: number) => ({ BoostRate, BoostRateTTL: inSeconds(seconds) });
    assert.equal(isSampledWith({ FixedRate: 0, SamplingBoost: boost(1, 60) }), true);
    assert.equal(isSampledWith({ FixedRate: 0, SamplingBoost: boost(1, -60) }), false, 'its time is over');
    assert.equal(isSampledWith({ FixedRate: 1, SamplingBoost: boost(0, 60) }), true);
    assert.equal(isSampledWith({ FixedRate: 0 }), false);
    assert.equal(make({})!.boost, undefined);
  });
});

describe('a boost, which X-Ray gives where requests fail', { timeout: 20_000 }, () => {
  for (const keep of [undefined, { onError: true, slowMillis: undefined, maxBytes: 1_000_000 }])
    test(`what fails is counted, sampled or not${keep ? ', and kept' : ''}`, async (t) => {
      const boosted = { ...defaultRule, SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 10 } };
      const server = await startJsonServer(t, ({ url }) =>
        url === '/GetSamplingRules'
          ? page(boosted, { ...pollingRule, SamplingRateBoost: null })
          : {
              SamplingTargetDocuments: [
                {
                  RuleName: 'Default',
                  FixedRate: 0,
                  SamplingBoost: { BoostRate: 1, BoostRateTTL: Math.floor(Date.now() / 1000) + 60 },
                },
              ],
            },
      );
      const sampler = samplerAt(server.url);
      await rulesOf(sampler);
      const names: string[] = [];
      const tracer = createTracerProvider({
        sampler: parentBased({ root: sampler }),
        keep,
        limits: loadConfig({}).config.traces.limits,
        passThrough: false,
        sink({ name }) {
          names.push(name);
          return false;
        },
      }).getTracer('test');
      const request = (name: string, attributes: Attributes, code = 0) => {
        const span = tracer.startSpan(name, { root: true });
        span.setAttributes(attributes).setStatus({ code });
        const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, span));
        child.setStatus({ code: 2 }).end();
        span.end();
        return span.spanContext().traceFlags & 1;
      };
      assert.equal(request('fails', { 'http.response.status_code': 503 }, 2), 0);
      request('is refused', { 'http.response.status_code': 404 }, 2);
      request('works', { 'http.response.status_code': 200 });
      request('breaks', {}, 2);
      assert.deepEqual(
        names.filter((name) => name !== 'child'),
        keep ? ['fails', 'is refused', 'breaks'] : [],
      );
      const targets = () => server.requests.filter(({ url }) => url === '/SamplingTargets');
      while (targets().length < 2) await server.nextAnswer();
      const [{ Timestamp, ...counts }, ...others] = targets()[0]!.body.SamplingBoostStatisticsDocuments;
      assert.deepEqual(others, []);
      assert.ok(Math.abs(Timestamp - Date.now() / 1000) < 10);
      assert.deepEqual(counts, {
        RuleName: 'Default',
        ServiceName: 'shop',
        TotalCount: 4,
        AnomalyCount: 2,
        SampledAnomalyCount: 0,
      });
      assert.equal(request('boosted', { 'http.response.status_code': 500 }), 1);
      assert.equal(names.at(-1), 'boosted');
      const { length } = targets();
      while (targets().length <= length) await server.nextAnswer();
      const last = targets()[length]!.body.SamplingBoostStatisticsDocuments[0];
      assert.deepEqual([last.TotalCount, last.AnomalyCount, last.SampledAnomalyCount], [1, 1, 1]);
    });
});
