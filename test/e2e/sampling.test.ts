import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { withAndWithout } from '../harness/with-and-without';
import { startJsonServer } from '../unit/sampling/json-server';
import { startStrategyServer } from '../unit/sampling/strategy-server';
import { type Relay, startRelay } from './relay';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const unsampled = ['traceparent', `00-${traceId}-00f067aa0ba902b7-00`] as const;
const sampled = ['traceparent', `00-${traceId}-00f067aa0ba902b7-01`] as const;

const sampler = (name: string, argument?: string) => ({
  OTEL_TRACES_SAMPLER: name,
  ...(argument === undefined ? undefined : { OTEL_TRACES_SAMPLER_ARG: argument }),
});

/** What arrived of requests to these paths: `SERVER /relay`, `CLIENT /`; the last request, which ends the program, left out. */
async function spansOf(t: TestContext, env: Record<string, string>, paths: readonly string[]) {
  const relay = await startRelay(t, env);
  for (const path of paths) await relay.get(path);
  const { stderr } = await relay.quit();
  return { spans: shown(relay), all: relay.receiver.spans, stderr };
}

function shown({ receiver }: Relay): string[] {
  return receiver.spans
    .map(({ kind, attributes }) => {
      const path = attributes['url.path'] ?? new URL(String(attributes['url.full'])).pathname;
      return `${kind === 1 ? 'SERVER' : 'CLIENT'} ${path}`;
    })
    .filter((text) => text !== 'SERVER /quit')
    .sort();
}

describe('OTEL_TRACES_SAMPLER', () => {
  test('consistent probability says its threshold in the trace state', async (t) => {
    const relay = await startRelay(t, sampler('parentbased_probability', '1'));
    assert.equal((await relay.relay('')).tracestate, 'ot=th:0');
    assert.equal((await relay.relay('', [sampled, ['tracestate', 'foo=1']])).tracestate, 'foo=1');
    assert.equal(
      (await relay.relay('', [sampled, ['tracestate', 'foo=1,ot=th:0']])).tracestate,
      'ot=th:0,foo=1',
    );
    await relay.quit();
    assert.ok(relay.receiver.spans.some(({ traceState }) => traceState === 'ot=th:0'));
  });

  test('a ratio of consistent probability', async (t) => {
    const { all } = await spansOf(t, sampler('probability', '0.5'), Array(40).fill('/users'));
    assert.ok(all.length > 5 && all.length < 36, `${all.length} of 40`);
    assert.ok(all.every((span) => span.traceState === 'ot=th:8'));
    // The randomness is in the last 56 bits.
    assert.ok(all.every((span) => span.traceId.slice(18) >= '8'));
  });

  test('so many traces a second', async (t) => {
    const { all, spans } = await spansOf(t, sampler('parentbased_ratelimiting', '0.01'), [
      '/relay',
      ...Array(10).fill('/users'),
    ]);
    assert.deepEqual(spans, ['CLIENT /', 'SERVER /', 'SERVER /relay']);
    assert.equal(new Set(all.map((span) => span.traceId)).size, 1);
  });

  const rules: [rules: string, paths: string[], expected: string[]][] = [
    ['path=/health* -> off', ['/health', '/healthz', '/users'], ['SERVER /users']],
    ['path=/users/:id -> on; * -> off', ['/users/42', '/users', '/users/42/x'], ['SERVER /users/42']],
    ['method=GET path=/users -> off', ['/users', '/orders'], ['SERVER /orders']],
    // A client span that is left out takes what it causes along.
    ['kind=client -> off', ['/relay'], ['SERVER /relay']],
    [
      'kind=client host=*.example.com -> off',
      ['/relay?host=a.example.com', '/relay'],
      ['CLIENT /', 'SERVER /', 'SERVER /relay', 'SERVER /relay'],
    ],
    ['user_agent.original!=* kind=server -> off', ['/users'], []],
    ['name=GET path=/users -> 0; * -> 1', ['/users', '/orders'], ['SERVER /orders']],
    [
      'path=/users -> 0.01/s; path=/orders -> off',
      ['/users', '/users', '/orders', '/other'],
      ['SERVER /other', 'SERVER /users'],
    ],
  ];
  for (const [text, paths, expected] of rules)
    test(`rules: ${text}`, async (t) => {
      const { spans, stderr } = await spansOf(t, sampler('rules', text), paths);
      assert.deepEqual(spans, expected);
      assert.equal(stderr, '');
    });

  test('rules: a remote parent decides, unless a rule asks for it', async (t) => {
    const usual = await startRelay(t, sampler('rules', 'path=/users -> on'));
    await usual.get('/users', [unsampled]);
    await usual.quit();
    assert.deepEqual(shown(usual), []);
    const asked = await startRelay(t, sampler('rules', 'parent=remote path=/users -> on'));
    await asked.get('/users', [unsampled]);
    await asked.quit();
    assert.deepEqual(shown(asked), ['SERVER /users']);
    const span = asked.receiver.spans.find((each) => each.traceId === traceId);
    assert.equal((span?.flags ?? 0) & 1, 1);
  });

  test('rules: one that cannot be read gives one line', async (t) => {
    const { spans, stderr } = await spansOf(t, sampler('rules', 'path=/a -> of; path=/users -> off'), [
      '/users',
      '/a',
    ]);
    assert.deepEqual(spans, ['SERVER /a']);
    assert.equal(
      stderr,
      'otel-instrument: OTEL_TRACES_SAMPLER_ARG: expected conditions -> on, off, a ratio from 0 to 1 or n/s, got "path=/a -> of"; using the other rules\n',
    );
  });

  test('jaeger_remote', async (t) => {
    let samplingRate = 0;
    const server = await startJsonServer(t, () => ({
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate },
    }));
    const argument = `endpoint=${server.url}/sampling,pollingIntervalMs=100,initialSamplingRate=1`;
    const relay = await startRelay(t, {
      ...sampler('parentbased_jaeger_remote', argument),
      OTEL_SERVICE_NAME: 'the shop',
    });
    // The answer to the first request is there when the second request comes.
    while (server.requests.length < 2) await server.nextAnswer();
    await relay.get('/not-sampled');
    samplingRate = 1;
    for (let count = server.requests.length; server.requests.length < count + 2; ) await server.nextAnswer();
    await relay.get('/sampled');
    const { stderr } = await relay.quit();
    assert.equal(stderr, '');
    assert.equal(server.requests[0]!.url, '/sampling?service=the+shop');
    // The requests to the server are ours, and leave no span.
    assert.deepEqual(shown(relay), ['SERVER /sampled']);
  });

  test('jaeger_remote over gRPC', async (t) => {
    let samplingRate = 0;
    const server = await startStrategyServer(t, () => ({ probabilisticSampling: { samplingRate } }));
    const argument = `endpoint=http://127.0.0.1:${server.port},pollingIntervalMs=100,initialSamplingRate=1`;
    const relay = await startRelay(t, {
      ...sampler('parentbased_jaeger_remote', argument),
      OTEL_SERVICE_NAME: 'the shop',
    });
    const asked = async (count: number) => {
      while (server.asked.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // The answer to the first question is there when the second one comes.
    await asked(2);
    await relay.get('/not-sampled');
    samplingRate = 1;
    await asked(server.asked.length + 2);
    await relay.get('/sampled');
    const { stderr } = await relay.quit();
    assert.equal(stderr, '');
    assert.equal(server.asked[0], 'the shop');
    assert.deepEqual(shown(relay), ['SERVER /sampled']);
  });

  test('xray', async (t) => {
    const any = {
      ServiceName: '*',
      ServiceType: '*',
      ResourceARN: '*',
      Host: '*',
      HTTPMethod: '*',
      ReservoirSize: 0,
    };
    const server = await startJsonServer(t, () => ({
      SamplingRuleRecords: [
        { SamplingRule: { ...any, RuleName: 'Default', Priority: 10_000, FixedRate: 0, URLPath: '*' } },
        { SamplingRule: { ...any, RuleName: 'orders', Priority: 10, FixedRate: 1, URLPath: '/orders/*' } },
      ],
    }));
    const relay = await startRelay(t, sampler('xray', `endpoint=${server.url},pollingIntervalMs=100`));
    while (server.requests.length < 2) await server.nextAnswer();
    for (const path of ['/orders/1', '/users', '/orders/2']) await relay.get(path);
    const { stderr } = await relay.quit();
    assert.equal(stderr, '');
    assert.deepEqual(shown(relay), ['SERVER /orders/1', 'SERVER /orders/2']);
  });

  const overHttp = async (t: TestContext) => (await startJsonServer(t, () => new Promise(() => {}))).url;
  const overGrpc = async (t: TestContext) =>
    `http://127.0.0.1:${(await startStrategyServer(t, () => undefined)).port}`;
  const hanging: [sampler: string, what: string, path: string, start: typeof overHttp][] = [
    ['jaeger_remote', 'jaeger_remote over HTTP', '/sampling', overHttp],
    ['jaeger_remote', 'jaeger_remote over gRPC', '', overGrpc],
    ['xray', 'xray', '', overHttp],
  ];
  for (const [name, what, path, start] of hanging)
    test(`${what}: a server that does not answer neither delays the program nor is told of`, async (t) => {
      const program = ['-e', 'setTimeout(() => console.log("done"), 200)'];
      const env = {
        ...sampler(name, `endpoint=${await start(t)}${path}`),
        OTEL_TRACES_EXPORTER: 'console',
      };
      const { plain, traced } = await withAndWithout(program, {}, { env });
      assert.deepEqual([traced.stdout, traced.exitCode], [plain.stdout, plain.exitCode]);
      assert.ok(traced.durationMillis < plain.durationMillis + 1000, `${traced.durationMillis} ms`);
    });

  test('jaeger_remote: a server that is not there gives one line, and the initial ratio counts', async (t) => {
    const argument = 'endpoint=http://127.0.0.1:1/sampling,pollingIntervalMs=50,initialSamplingRate=1';
    const { spans, stderr } = await spansOf(t, sampler('jaeger_remote', argument), [
      '/slow?millis=400',
      '/users',
    ]);
    assert.deepEqual(spans, ['SERVER /slow', 'SERVER /users']);
    assert.equal(
      stderr,
      'otel-instrument: cannot read sampling strategies from http://127.0.0.1:1/sampling: ECONNREFUSED; trying again\n',
    );
  });
});

describe('OTEL_NODE_KEEP_*', () => {
  const off = sampler('always_off');

  test('on error: the whole local trace of a request that fails', async (t) => {
    const relay = await startRelay(t, {
      ...sampler('parentbased_always_off'),
      OTEL_NODE_KEEP_ON_ERROR: 'true',
    });
    await relay.get('/users');
    const { status, text } = await relay.get('/fail');
    assert.equal(status, 500);
    // Others are told that the trace is not sampled.
    assert.match(JSON.parse(text).traceparent, /-02$/);
    await relay.quit();
    // The server behind has a local trace of its own, which did not fail.
    assert.deepEqual(shown(relay), ['CLIENT /', 'SERVER /fail']);
    const [server, client] = ['SERVER', 'CLIENT'].map((kind) =>
      relay.receiver.spans.find((span) => span.kind === (kind === 'SERVER' ? 1 : 2)),
    );
    assert.equal(client!.parentSpanId, server!.spanId);
    assert.equal(server!.attributes['otel_instrument.span.kept'], 'error');
    assert.equal(server!.attributes['http.response.status_code'], 500);
    assert.deepEqual([server!.flags & 1, client!.flags & 1], [1, 1]);
  });

  test('an unsampled caller whose request fails here', async (t) => {
    const relay = await startRelay(t, { OTEL_NODE_KEEP_ON_ERROR: 'true' });
    await relay.get('/fail', [unsampled]);
    await relay.quit();
    assert.deepEqual(shown(relay), ['CLIENT /', 'SERVER /fail']);
    assert.ok(relay.receiver.spans.some((span) => span.traceId === traceId));
  });

  test('slow', async (t) => {
    const { spans, all } = await spansOf(t, { ...off, OTEL_NODE_KEEP_SLOW: '300' }, [
      '/slow?millis=1',
      '/slow?millis=310',
      '/fail',
    ]);
    assert.deepEqual(spans, ['SERVER /slow']);
    assert.equal(all[0]!.attributes['otel_instrument.span.kept'], 'slow');
    assert.equal(all[0]!.attributes['url.query'], 'millis=310');
  });

  test('memory is bounded: what does not fit is forgotten', async (t) => {
    const { spans, stderr } = await spansOf(
      t,
      { ...off, OTEL_NODE_KEEP_ON_ERROR: 'true', OTEL_NODE_KEEP_MAX_BYTES: '100' },
      ['/fail'],
    );
    assert.deepEqual(spans, []);
    assert.match(
      stderr,
      /^otel-instrument: traces that may yet be kept are forgotten: .*OTEL_NODE_KEEP_MAX_BYTES\n$/,
    );
  });

  test('off unless asked for', async (t) => {
    const { spans } = await spansOf(t, off, ['/fail', '/slow?millis=50']);
    assert.deepEqual(spans, []);
  });
});
