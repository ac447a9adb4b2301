import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../../src/config/load';
import { parseSamplingRules } from '../../../src/config/sampling-rules';
import { wantsAttributes } from '../../../src/sdk/trace/sampling/sampler';
import { type Asked, isSampled, parent, samplerOf, traceIdAt } from './ask';

const withRules = (text: string) =>
  samplerOf(
    loadConfig({ OTEL_TRACES_SAMPLER: 'rules', OTEL_TRACES_SAMPLER_ARG: text }).config.traces.sampler,
  );

const request = (method: string, path: string, host = 'shop.example.com'): Asked => ({
  attributes: { 'http.request.method': method, 'url.path': path, 'server.address': host },
});

describe('rules in their short form', () => {
  const cases: [rules: string, asked: Asked, expected: boolean][] = [
    ['path=/health* -> off', request('GET', '/health'), false],
    ['path=/health* -> off', request('GET', '/healthz'), false],
    ['path=/health* -> off', request('GET', '/users'), true],
    ['path=/health*|/ready -> off', request('GET', '/ready'), false],
    ['path!=/checkout -> off', request('GET', '/users'), false],
    ['path!=/checkout -> off', request('GET', '/checkout'), true],
    ['path=/users/:id -> off', request('GET', '/users/42'), false],
    ['path=/users/:id -> off', request('GET', '/users/42/orders'), true],
    ['method=get -> off', request('GET', '/'), false],
    ['method=POST|PUT -> off', request('PUT', '/'), false],
    ['method=POST|PUT -> off', request('GET', '/'), true],
    ['host=*.EXAMPLE.com -> off', request('GET', '/'), false],
    ['host=example.com -> off', request('GET', '/'), true],
    ['method=GET path=/a host=*.com -> off', request('GET', '/a'), false],
    ['method=GET path=/a host=*.org -> off', request('GET', '/a'), true],
    ['name=poll* -> off', { name: 'poll queue' }, false],
    ['name="poll queue" -> off', { name: 'poll queue' }, false],
    ['name="a; b" -> off', { name: 'a; b' }, false],
    ['name="a -> b" -> off', { name: 'a -> b' }, false],
    ['kind=client -> off', { kind: 'client' }, false],
    ['kind=client|producer -> off', { kind: 'server' }, true],
    ['kind!=server -> off', { kind: 'internal' }, false],
    ['kind!=server -> off', { kind: 'server' }, true],
    ['user_agent.original=*bot* -> off', { attributes: { 'user_agent.original': 'a bot 2' } }, false],
    ['user_agent.original!=*bot* -> off', {}, false],
    ['user_agent.original=* -> off', {}, true],
    ['http.response.status_code=4?? -> off', { attributes: { 'http.response.status_code': 404 } }, false],
    ['http.request.header.x=b -> off', { attributes: { 'http.request.header.x': ['a', 'b'] } }, false],
    ['http.request.header.x!=b -> off', { attributes: { 'http.request.header.x': ['a', 'b'] } }, true],
    // Of a client span the path is in the URL.
    ['path=/a -> off', { attributes: { 'url.full': 'https://x.org/a?b=/c' } }, false],
    ['path=/ -> off', { attributes: { 'url.full': 'https://x.org?b=/c' } }, false],
    [
      'method=BREW -> off',
      { attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' } },
      false,
    ],
    // The first that matches decides.
    ['path=/a -> on; * -> off', request('GET', '/a'), true],
    ['path=/a -> on; * -> off', request('GET', '/b'), false],
    ['* -> off; path=/a -> on', request('GET', '/a'), false],
    // Ratios.
    ['* -> 0.25', { traceId: traceIdAt(0.75) }, true],
    ['* -> 0.25', { traceId: traceIdAt(0.74) }, false],
    ['* -> 0', { traceId: 'f'.repeat(32) }, false],
    ['* -> 1', { traceId: `${'0'.repeat(31)}1` }, true],
    // Spans with a parent follow it, unless a rule says off or asks for the parent.
    ['* -> on', { parent: parent(false) }, false],
    ['* -> on', { parent: parent(false, { isRemote: true }) }, false],
    ['* -> 0.25', { parent: parent(true, { traceId: traceIdAt(0.1) }) }, true],
    ['kind=client -> off', { kind: 'client', parent: parent(true) }, false],
    ['kind=client -> off', { kind: 'server', parent: parent(true) }, true],
    ['parent=remote -> on', { parent: parent(false, { isRemote: true }) }, true],
    ['parent=remote -> on', { parent: parent(false) }, false],
    ['parent!=local -> on', { parent: parent(false, { isRemote: true }) }, true],
    ['parent=none -> off', {}, false],
    ['parent=none -> off', { parent: parent(true) }, true],
  ];
  for (const [rules, asked, expected] of cases)
    test(`${rules}: ${JSON.stringify(asked)}`, () =>
      assert.equal(isSampled(withRules(rules), asked), expected));

  test('so many a second, for each rule', () => {
    const sampler = withRules('path=/a -> 2/s; path=/b -> 1/s');
    const a = Array.from({ length: 10 }, () => isSampled(sampler, request('GET', '/a')));
    const b = Array.from({ length: 10 }, () => isSampled(sampler, request('GET', '/b')));
    assert.deepEqual([a.filter(Boolean).length, b.filter(Boolean).length], [2, 1]);
  });
});

describe('a rule that cannot be read', () => {
  const expectedRule = 'expected conditions -> on, off, a ratio from 0 to 1 or n/s';
  const expectedCondition =
    'expected * or conditions on kind, parent, name, method, path, host or an attribute, each key=value or key!=value';
  const cases: [rule: string, problem: string][] = [
    ['path=/a', `${expectedRule}, got "path=/a"`],
    ['path=/a -> sometimes', `${expectedRule}, got "path=/a -> sometimes"`],
    ['path=/a -> 2', `${expectedRule}, got "path=/a -> 2"`],
    ['path=/a -> -1/s', `${expectedRule}, got "path=/a -> -1/s"`],
    ['path=/a -> on -> off', `${expectedRule}, got "path=/a -> on -> off"`],
    ['-> on', `${expectedCondition}, got "-> on"`],
    ['path -> on', `${expectedCondition}, got "path -> on"`],
    ['path= -> on', `${expectedCondition}, got "path= -> on"`],
    ['pth=/a -> on', `${expectedCondition}, got "pth=/a -> on"`],
    ['name="a -> on', `${expectedRule}, got "name=\\"a -> on"`],
    ['name="a"b -> on', `${expectedCondition}, got "name=\\"a\\"b -> on"`],
    ['kind=http -> on', 'kind: expected internal, server, client, producer, consumer, got "http"'],
    ['parent=yes -> on', 'parent: expected none, remote, local, got "yes"'],
  ];
  for (const [rule, problem] of cases)
    test(rule, () => {
      const { rules, problems } = parseSamplingRules(`* -> on; ${rule}`);
      assert.equal(rules.length, 1);
      assert.deepEqual(problems, [problem]);
    });

  test('gives one line that names it; the others count', () => {
    const { config, complaints } = loadConfig({
      OTEL_TRACES_SAMPLER: 'rules',
      OTEL_TRACES_SAMPLER_ARG: 'path=/health -> of; * -> 0.5',
    });
    assert.deepEqual(complaints, [
      `OTEL_TRACES_SAMPLER_ARG: ${expectedRule}, got "path=/health -> of"; using the other rules`,
    ]);
    assert.equal(config.traces.sampler.kind, 'rules');
  });
  test('without any that counts the default sampler is used', () => {
    for (const text of ['', ';', 'x']) {
      const { config, complaints } = loadConfig({
        OTEL_TRACES_SAMPLER: 'rules',
        OTEL_TRACES_SAMPLER_ARG: text,
      });
      assert.equal(complaints.length, 1, text);
      assert.match(complaints[0]!, /^OTEL_TRACES_SAMPLER_ARG: expected .*; using parentbased_always_on$/);
      assert.deepEqual(config.traces.sampler, { kind: 'parent_based', root: { kind: 'always_on' } });
    }
  });
});

describe('attributes are wanted only where they play a role', () => {
  const cases: [rules: string, root: boolean, sampledChild: boolean, unsampledChild: boolean][] = [
    ['* -> 0.5', false, false, false],
    ['kind=server -> 0.5', false, false, false],
    ['path=/a -> 0.5', true, false, false],
    ['path=/a -> off', true, true, false],
    ['path=/a parent=local -> on', false, true, true],
    ['name=x -> on', true, false, false],
  ];
  for (const [rules, ...expected] of cases)
    test(rules, () => {
      const sampler = withRules(rules);
      assert.deepEqual(
        [undefined, parent(true), parent(false)].map((of) => wantsAttributes(sampler, of)),
        expected,
      );
    });
});
