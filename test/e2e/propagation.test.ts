import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Relay, startRelay } from './relay';
import { traceContextCases } from './trace-context-cases';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const sampled = ['traceparent', `00-${traceId}-${spanId}-01`] as const;
const unsampled = ['traceparent', `00-${traceId}-${spanId}-00`] as const;
const baggage = ['baggage', 'user=ada'] as const;

type Headers = Awaited<ReturnType<Relay['relay']>>;

const idOf = (headers: Headers) => headers.traceparent?.split('-')[1];
const flagsOf = (headers: Headers) => headers.traceparent?.split('-')[3];

describe('W3C trace context: the cases of the official test suite', async () => {
  test('all, one after the other', async (t) => {
    const relay = await startRelay(t, {});
    for (const { name, headers, isContinued, traceState } of traceContextCases) {
      await t.test(name, async () => {
        const sent = await relay.relay('', headers);
        assert.match(sent.traceparent ?? '', /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/);
        const given = headers.flatMap(([key, value]) =>
          /^traceparent$/i.test(key) ? (value.match(/[0-9a-f]{16,}/g) ?? []) : [],
        );
        if (isContinued) assert.equal(idOf(sent), given[0]);
        else assert.ok(!given.includes(idOf(sent)!), `continued ${idOf(sent)}`);
        assert.ok(!given.includes(sent.traceparent!.split('-')[2]!), 'the parent id is new');
        assert.equal(sent.tracestate, traceState);
      });
    }
    await t.test('a trace id for several requests, each with its own parent id', async () => {
      const all = [await relay.relay('', [sampled]), await relay.relay('', [sampled])];
      assert.deepEqual(all.map(idOf), [traceId, traceId]);
      assert.notEqual(all[0]!.traceparent, all[1]!.traceparent);
    });
    await t.test('the random flag is set for our own ids and passed on for others', async () => {
      assert.equal(flagsOf(await relay.relay('')), '03');
      assert.equal(flagsOf(await relay.relay('', [sampled])), '01');
      assert.equal(flagsOf(await relay.relay('', [['traceparent', `00-${traceId}-${spanId}-03`]])), '03');
      assert.equal(flagsOf(await relay.relay('', [['traceparent', `00-${traceId}-${spanId}-02`]])), '02');
    });
  });
});

describe('OTEL_PROPAGATORS', () => {
  const b3 = ['b3', `${traceId}-${spanId}-1`] as const;
  const named = (headers: Headers) =>
    Object.keys(headers)
      .filter((name) => !['host', 'connection'].includes(name))
      .sort();
  const cases: { propagators: string; sent: readonly (readonly [string, string])[]; arrived: string[] }[] = [
    { propagators: 'b3', sent: [b3], arrived: ['b3'] },
    {
      propagators: 'b3multi',
      sent: [b3],
      arrived: ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid'],
    },
    {
      propagators: 'jaeger',
      sent: [
        ['uber-trace-id', `${traceId}:${spanId}:0:1`],
        ['uberctx-user', 'ada'],
      ],
      arrived: ['uber-trace-id', 'uberctx-user'],
    },
    {
      propagators: 'ottrace',
      sent: [
        ['ot-tracer-traceid', traceId],
        ['ot-tracer-spanid', spanId],
        ['ot-tracer-sampled', 'true'],
        ['ot-baggage-user', 'ada'],
      ],
      arrived: ['ot-baggage-user', 'ot-tracer-sampled', 'ot-tracer-spanid', 'ot-tracer-traceid'],
    },
    {
      propagators: 'xray',
      sent: [
        ['X-Amzn-Trace-Id', `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`],
      ],
      arrived: ['x-amzn-trace-id'],
    },
    {
      propagators: 'xray, tracecontext,baggage, b3,xray',
      sent: [b3, baggage],
      arrived: ['b3', 'baggage', 'traceparent', 'x-amzn-trace-id'],
    },
  ];
  for (const { propagators, sent, arrived } of cases) {
    test(propagators, async (t) => {
      const relay = await startRelay(t, { OTEL_PROPAGATORS: propagators });
      const headers = await relay.relay('', sent);
      assert.deepEqual(named(headers), arrived);
      const { stderr } = await relay.quit();
      assert.equal(stderr, '');
      const server = relay.receiver.spans.find((span) => span.parentSpanId === spanId);
      assert.equal(server?.traceId, traceId);
      const joined = JSON.stringify(headers).replaceAll('-', '');
      assert.ok(joined.includes(traceId.slice(16)), 'the trace goes on');
    });
  }

  test('of several that find something the last one counts', async (t) => {
    const other = 'a'.repeat(32);
    const headers = [sampled, ['b3', `${other}-${spanId}-1`]] as const;
    const last = await startRelay(t, { OTEL_PROPAGATORS: 'tracecontext,b3' });
    assert.equal(idOf(await last.relay('', headers)), other);
    assert.equal(idOf(await last.relay('', [sampled, ['b3', 'x']])), traceId);
    const first = await startRelay(t, { OTEL_PROPAGATORS: 'b3,tracecontext' });
    assert.equal(idOf(await first.relay('', headers)), traceId);
  });

  test('none', async (t) => {
    const relay = await startRelay(t, { OTEL_PROPAGATORS: 'none' });
    assert.deepEqual(named(await relay.relay('', [sampled, baggage])), []);
    await relay.quit();
    assert.ok(relay.receiver.spans.length > 0);
    assert.ok(relay.receiver.spans.every((span) => span.traceId !== traceId));
  });
});

describe('what goes to which host', () => {
  test('traces to all, baggage to the own network alone', async (t) => {
    const relay = await startRelay(t, {});
    const cases: [query: string, hasBaggage: boolean][] = [
      ['host=127.0.0.1', true],
      ['host=localhost', true],
      ['host=orders', true],
      ['host=db.internal', true],
      ['host=api.example.com', false],
      ['client=fetch', true],
      ['client=http2&host=orders', true],
      ['client=http2&host=api.example.com', false],
      ['client=http2&host=api.example.com:8080', false],
    ];
    for (const [query, hasBaggage] of cases) {
      const headers = await relay.relay(query, [sampled, baggage]);
      assert.equal(idOf(headers), traceId, query);
      assert.equal(headers.baggage, hasBaggage ? 'user=ada' : undefined, query);
    }
  });

  test('OTEL_NODE_PROPAGATION_HOSTS names those that get all', async (t) => {
    const relay = await startRelay(t, { OTEL_NODE_PROPAGATION_HOSTS: '*.example.com, localhost' });
    const cases: [query: string, isTold: boolean][] = [
      ['host=api.example.com', true],
      ['host=localhost', true],
      ['host=127.0.0.1', false],
      ['host=api.example.org', false],
      ['client=fetch', false],
      ['client=fetch&host=localhost', true],
      ['client=http2&host=api.example.com', true],
      ['client=http2&host=orders', false],
    ];
    for (const [query, isTold] of cases) {
      const headers = await relay.relay(query, [sampled, baggage]);
      assert.equal(idOf(headers), isTold ? traceId : undefined, query);
      assert.equal(headers.baggage, isTold ? 'user=ada' : undefined, query);
    }
    await relay.quit();
    assert.equal(relay.receiver.spans.filter(({ kind }) => kind === 2).length, cases.length);
  });
});

describe('OTEL_NODE_REMOTE_PARENT', () => {
  async function run(t: Parameters<typeof startRelay>[0], env: Record<string, string>) {
    const relay = await startRelay(t, env);
    const headers = await relay.relay('', [unsampled, baggage]);
    await relay.quit();
    const server = relay.receiver.spans.find(({ attributes }) => attributes['url.path'] === '/relay');
    return { headers, server };
  }

  test('trust, the default: the parent decides', async (t) => {
    for (const env of [{}, { OTEL_NODE_REMOTE_PARENT: 'trust' }]) {
      const { headers, server } = await run(t, env);
      assert.equal(idOf(headers), traceId);
      assert.equal(headers.baggage, 'user=ada');
      assert.equal(server, undefined);
    }
  });
  test('link: a new trace that knows where it comes from', async (t) => {
    const { headers, server } = await run(t, { OTEL_NODE_REMOTE_PARENT: 'link' });
    assert.notEqual(server?.traceId, traceId);
    assert.equal(server?.parentSpanId, undefined);
    assert.deepEqual(
      server?.links.map(({ context }) => [context.traceId, context.spanId]),
      [[traceId, spanId]],
    );
    assert.equal(idOf(headers), server?.traceId);
    assert.equal(headers.baggage, undefined);
  });
  test('ignore: a new trace', async (t) => {
    const { headers, server } = await run(t, { OTEL_NODE_REMOTE_PARENT: 'ignore' });
    assert.notEqual(server?.traceId, traceId);
    assert.equal(server?.parentSpanId, undefined);
    assert.deepEqual(server?.links, []);
    assert.equal(idOf(headers), server?.traceId);
  });
});
