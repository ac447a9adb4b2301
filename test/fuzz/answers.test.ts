import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Outcome } from '../../src/export/outcome';
import { decodeFile } from '../../src/export/spool/file-format';
import { parseName } from '../../src/export/spool/file-name';
import { addressesInHosts, candidates } from '../../src/export/transport/dns-query';
import { statusInHeaderBlock } from '../../src/export/transport/grpc-header-block';
import { outcomeOfStatus } from '../../src/export/transport/grpc-status';
import { maxRetryAfterMillis, outcomeOf } from '../../src/export/transport/http-response';
import { readFrames } from '../../src/export/transport/http2-frames';
import { maxExplanation } from '../../src/export/transport/partial-success';
import { exceptionAttributes } from '../../src/sdk/exception';
import { detectors } from '../../src/sdk/resource';
import { jaegerRemote } from '../../src/sdk/trace/sampling/jaeger-remote';
import { sampled } from '../../src/sdk/trace/sampling/sampler';
import { createXrayRule } from '../../src/sdk/trace/sampling/xray-rule';
import { fakeSurroundings } from '../unit/resource/fake-surroundings';
import { hostile } from './hostile';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** What is told of a collector goes on one line, and tells the user how long it is not asked. */
function isOutcome(outcome: Outcome): void {
  const { reason = '', delayMillis, rejected } = outcome as Told;
  assert.ok(reason.length < 1000, `a reason of ${reason.length} characters`);
  assert.ok((rejected?.message.length ?? 0) <= maxExplanation, 'a message of a partial success');
  assert.ok(delayMillis === undefined || (delayMillis >= 0 && delayMillis <= maxRetryAfterMillis));
}

type Told = { reason?: string; delayMillis?: number; rejected?: { message: string } };

const bodies = [
  '{',
  '}',
  '"partialSuccess":',
  '{"partialSuccess":{"rejectedSpans":"5","errorMessage":"x"}}',
  '"message":',
  '{"partialSuccess":{"errorMessage":"',
  '{"a":[',
  '{},',
  '1,',
  '\x08\xff\xff',
  '\x0b',
  '\x0a\x80\x80\x01\x12\xf0\xff\x00',
  '\x0a\x05\x08\x03',
  '\x0a',
  '\xff',
  '\x08\x01',
  '\x12\x02hi',
  '<html>',
  '\n',
];
for (const status of [200, 400, 413, 429, 503])
  hostile({
    name: `the body of HTTP ${status}`,
    prepare: bytes,
    parse: (body) => outcomeOf(status, undefined, body),
    pieces: bodies,
    check: isOutcome,
  });
hostile({
  name: 'Retry-After',
  parse: (text) => outcomeOf(503, text, new Uint8Array()),
  pieces: ['120', 'Wed, 21 Oct 2015 07:28:00 GMT', '-5', '1e9', '99999999999999999999', '(('],
  check: isOutcome,
});
hostile({
  name: 'grpc-message',
  parse: (text) => outcomeOfStatus(8, text),
  pieces: ['%20', '%E2%82%AC', '%', 'larger than max', '%FF'],
  check: isOutcome,
});
hostile({
  name: 'grpc-status-details-bin',
  parse: (text) => outcomeOfStatus(14, '', text),
  pieces: [
    'CA4SBEZ1bGwaOgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIOCgwI',
    'GgA=',
    '//',
    'AAAA',
    'GgIKAA==',
    'GgIKABoCCgAa',
  ],
  check: isOutcome,
});
hostile({
  name: 'a header block of HTTP/2',
  prepare: bytes,
  parse: statusInHeaderBlock,
  pieces: ['grpc-status', '\x01', '\x81', '0', '\x00\x0b'],
});
hostile({
  name: 'frames of HTTP/2',
  prepare: bytes,
  parse: readFrames,
  pieces: ['\0\0\0\x04\0\0\0\0\0', '\0\0\x01\x04\0\0\0\0\0a', '\0\0\x04\0\0\0\0\0\x01', '\xff\xff\xff', '\0'],
});
hostile({
  name: 'a file of the spool',
  prepare: bytes,
  parse: decodeFile,
  pieces: ['otlp', '\0\0\0\0', '\x01\0\0\0'],
});
hostile({
  name: 'the name of such a file',
  parse: parseName,
  pieces: ['000001700000000', '-', '000001', 'traces', '12', '.otlp', '.claimed'],
});
hostile({
  name: '/etc/hosts',
  parse: (text) => addressesInHosts(text, 'collector'),
  pieces: ['127.0.0.1 ', 'collector', '\n', '#', ' collector\n', '\n1 collector'],
});
hostile({
  name: '/etc/resolv.conf',
  parse: (text) => candidates('collector', text),
  pieces: ['search ', 'a.b ', '\n', 'options ndots:', '5', '#'],
});

const documents = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '"region":',
  '"arn:aws:ecs:eu-1:123:task/c/t"',
  'null',
  '"compute":',
  `0::/docker/${'a'.repeat(64)}`,
  '\n',
  `12:cpu:/kubepods/pod1/${'b'.repeat(64)}`,
  'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.x',
  '[remote "origin"]\n',
  'url = git@github.com:a/b',
  'gitdir: ../x',
  'ref: refs/heads/main',
  '{"name":"a","version":"1"}',
  'export A=1',
];
const variables = [
  'ECS_CONTAINER_METADATA_URI_V4',
  'KUBERNETES_SERVICE_HOST',
  'WEBSITE_SITE_NAME',
  'REGION_NAME',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_REGION',
  'K_SERVICE',
  'K_CONFIGURATION',
  'FUNCTION_TARGET',
  'GAE_SERVICE',
  'CONTAINER_APP_NAME',
  'WEBSITE_OWNER_NAME',
  'WEBSITE_RESOURCE_GROUP',
  '_X_AMZN_TRACE_ID',
  'HOSTNAME',
  'KUBERNETES_NAMESPACE',
  'POD_NAME',
  'NODE_NAME',
];
for (const [name, detector] of Object.entries(detectors))
  for (const isCloud of [false, true])
    hostile({
      name: `the resource detector ${name}${isCloud ? ' by metadata' : ''}`,
      parse: (text) => {
        const env = isCloud ? Object.fromEntries(variables.map((variable) => [variable, text || 'x'])) : {};
        const surroundings = fakeSurroundings({
          env,
          hostname: text,
          argv: ['/usr/bin/node', '/srv/app/main.js', text],
          cwd: '/srv',
          request: () => Promise.resolve(text),
        });
        const file = text.trim() || undefined;
        // No path is longer than the system's limit.
        const readFile = (path: string) => (path.length < 4096 ? file : undefined);
        const found = detect(() => detector({ ...surroundings, readFile }));
        for (const late of found?.lookUp?.() ?? []) late.catch(() => {});
        return found;
      },
      pieces: documents,
      runs: 400,
      maxMillis: 60,
    });

/** A detector may give up on what it reads by throwing, which is caught where it is called. */
function detect<T>(detector: () => T): T | undefined {
  try {
    return detector();
  } catch {
    return undefined;
  }
}

const strategies: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      strategyType: fc.jsonValue(),
      probabilisticSampling: fc.jsonValue(),
      rateLimitingSampling: fc.jsonValue(),
      operationSampling: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.record({
    operationSampling: fc.record({
      defaultSamplingProbability: fc.jsonValue(),
      perOperationStrategies: fc.array(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ operation: fc.jsonValue(), probabilisticSampling: fc.jsonValue() }),
        ),
      ),
    }),
  }),
);
const start = {
  traceId: `${'0'.repeat(31)}1`,
  parent: undefined,
  name: 'a',
  kind: 1,
  attributes: {},
  links: [],
};

test('any answer of a Jaeger collector', () => {
  fc.assert(
    fc.property(strategies, (strategy) => {
      const sampler = jaegerRemote({
        endpoint: 'http://127.0.0.1:1/sampling',
        pollingIntervalMillis: 3_600_000,
        initial: { shouldSample: () => sampled, wantsAttributes: () => false } as never,
        serviceName: () => 'a',
        fetchByGrpc: () => {},
        fetchJson: (_url, _body, done) => {
          try {
            done({ value: strategy } as never);
          } catch {
            // The poll catches what an answer makes it throw.
          }
        },
      });
      assert.doesNotThrow(() => (sampler as { shouldSample(one: unknown): unknown }).shouldSample(start));
    }),
    { numRuns: 1000 },
  );
});

test('any rule of X-Ray', () => {
  const field = fc.jsonValue();
  const record = fc.record(
    {
      RuleName: field,
      Priority: field,
      ReservoirSize: field,
      FixedRate: field,
      Host: field,
      HTTPMethod: field,
      URLPath: field,
      ServiceName: field,
      ServiceType: field,
      ResourceARN: field,
      Attributes: field,
      Version: field,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(record, (rule) => {
      // What it makes throw is caught where the answer is taken.
      const made = detect(() => createXrayRule(rule as never, {}, 'client'));
      assert.doesNotThrow(() => made?.sample({ traceId: `${'0'.repeat(31)}1` }));
    }),
    { numRuns: 1000 },
  );
});

test('anything that can be thrown', () => {
  const thrown = [
    null,
    undefined,
    0,
    '',
    Symbol('s'),
    1n,
    Object.create(null),
    { message: Object.create(null) },
    { name: Symbol('n') },
    new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    ),
    {
      get stack() {
        throw new Error('no');
      },
      message: 'm',
    },
    () => {},
  ];
  for (const one of thrown) assert.doesNotThrow(() => exceptionAttributes(one));
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true }),
      (one) => void exceptionAttributes(one),
    ),
    { numRuns: 1000 },
  );
});
