import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../../src/config/load';
import type { KeepConfig, SamplerConfig } from '../../../src/config/sampler-config';

const jaeger: SamplerConfig = {
  kind: 'jaeger_remote',
  endpoint: 'http://localhost:5778/sampling',
  pollingIntervalMillis: 60_000,
  initial: { kind: 'trace_id_ratio', ratio: 0.001 },
};
const xray: SamplerConfig = {
  kind: 'xray',
  endpoint: 'http://localhost:2000/',
  pollingIntervalMillis: 300_000,
};

describe('OTEL_TRACES_SAMPLER and its argument', () => {
  const cases: [name: string, argument: string, sampler: SamplerConfig, complaint?: string][] = [
    ['probability', '0.1', { kind: 'probability', ratio: 0.1 }],
    ['probability', '', { kind: 'probability', ratio: 1 }],
    ['probability', '0', { kind: 'always_off' }],
    [
      'probability',
      '1.1',
      { kind: 'probability', ratio: 1 },
      'expected a number from 0 to 1, got "1.1"; using 1',
    ],
    [
      'parentbased_probability',
      '0.1',
      { kind: 'composite', sampler: { kind: 'parent_threshold', root: { kind: 'probability', ratio: 0.1 } } },
    ],
    ['ratelimiting', '100', { kind: 'rate_limiting', tracesPerSecond: 100 }],
    [
      'parentbased_ratelimiting',
      '0.5',
      { kind: 'parent_based', root: { kind: 'rate_limiting', tracesPerSecond: 0.5 } },
    ],
    ['ratelimiting', '', { kind: 'rate_limiting', tracesPerSecond: 10 }],
    [
      'ratelimiting',
      '0',
      { kind: 'rate_limiting', tracesPerSecond: 10 },
      'expected traces a second, got "0"; using 10',
    ],
    [
      'ratelimiting',
      'many',
      { kind: 'rate_limiting', tracesPerSecond: 10 },
      'expected traces a second, got "many"; using 10',
    ],
    ['jaeger_remote', '', jaeger],
    ['parentbased_jaeger_remote', '', { kind: 'parent_based', root: jaeger }],
    [
      'jaeger_remote',
      'endpoint=https://jaeger:14268, pollingIntervalMs=5000,initialSamplingRate=0.25',
      {
        kind: 'jaeger_remote',
        endpoint: 'https://jaeger:14268/',
        pollingIntervalMillis: 5000,
        initial: { kind: 'trace_id_ratio', ratio: 0.25 },
      },
    ],
    [
      'jaeger_remote',
      'endpoint=jaeger:14250',
      jaeger,
      'endpoint: expected a URL that starts with http:// or https://, got "jaeger:14250"; using http://localhost:5778/sampling',
    ],
    [
      'jaeger_remote',
      'pollingIntervalMs=soon',
      jaeger,
      'pollingIntervalMs: expected an integer from 1 to 2147483647, got "soon"; using 60000',
    ],
    [
      'jaeger_remote',
      'rate=1',
      jaeger,
      'expected endpoint=, pollingIntervalMs=, initialSamplingRate=, got "rate=1"; using the others',
    ],
    ['xray', '', { kind: 'parent_based', root: xray }],
    [
      'xray',
      'endpoint=http://collector:2000',
      { kind: 'parent_based', root: { ...xray, endpoint: 'http://collector:2000/' } },
    ],
    [
      'always_on',
      'whatever',
      { kind: 'always_on' },
      'expected a sampler that takes an argument, got OTEL_TRACES_SAMPLER=always_on; ignoring it',
    ],
  ];
  for (const [name, argument, sampler, complaint] of cases)
    test(`${name} ${argument}`, () => {
      const { config, complaints } = loadConfig({
        OTEL_TRACES_SAMPLER: name,
        OTEL_TRACES_SAMPLER_ARG: argument,
      });
      assert.deepEqual(config.traces.sampler, sampler);
      assert.deepEqual(complaints, complaint ? [`OTEL_TRACES_SAMPLER_ARG: ${complaint}`] : []);
    });
});

describe('OTEL_NODE_KEEP_*', () => {
  const maxBytes = 16 * 1024 * 1024;
  const cases: [env: NodeJS.ProcessEnv, keep: KeepConfig | undefined][] = [
    [{}, undefined],
    [{ OTEL_NODE_KEEP_MAX_BYTES: '1' }, undefined],
    [{ OTEL_NODE_KEEP_ON_ERROR: 'true' }, { onError: true, slowMillis: undefined, maxBytes }],
    [{ OTEL_NODE_KEEP_SLOW: '250' }, { onError: false, slowMillis: 250, maxBytes }],
    [
      { OTEL_NODE_KEEP_ON_ERROR: 'true', OTEL_NODE_KEEP_SLOW: '0', OTEL_NODE_KEEP_MAX_BYTES: '1000' },
      { onError: true, slowMillis: 0, maxBytes: 1000 },
    ],
  ];
  for (const [env, keep] of cases)
    test(JSON.stringify(env), () => assert.deepEqual(loadConfig(env).config.traces.keep, keep));
});
