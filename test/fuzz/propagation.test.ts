import assert from 'node:assert/strict';
import { propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from '@opentelemetry/api';
import { b3, b3multi } from '../../src/sdk/propagation/b3';
import { compositePropagator } from '../../src/sdk/propagation/composite';
import { extractFromEnvironment, injectIntoEnvironment } from '../../src/sdk/propagation/environment';
import { isOwnHost, propagationByHost } from '../../src/sdk/propagation/hosts';
import { jaeger } from '../../src/sdk/propagation/jaeger';
import { ottrace } from '../../src/sdk/propagation/ottrace';
import { lazyTraceState, MAX_TRACE_STATE_CHARS } from '../../src/sdk/propagation/trace-state';
import { MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, w3cBaggage } from '../../src/sdk/propagation/w3c-baggage';
import { w3cTraceContext } from '../../src/sdk/propagation/w3c-trace-context';
import { xray } from '../../src/sdk/propagation/xray';
import { readSamplingState, withThreshold } from '../../src/sdk/trace/sampling/ot-trace-state';
import { extract, inject } from '../unit/propagation/carry';
import { hostile } from './hostile';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const ids = [
  traceId,
  spanId,
  '0'.repeat(32),
  '0'.repeat(16),
  traceId.toUpperCase(),
  '-',
  '_',
  '01',
  '00',
  'ff',
  'd',
];
const all = compositePropagator([w3cTraceContext, w3cBaggage, b3, b3multi, jaeger, ottrace, xray]);

type Carrier = Record<string, unknown>;

/** The text in each of the headers; `*` in the name of one is the text too. What is read from them is written again. */
function reading(propagator: TextMapPropagator, headers: readonly string[], fixed: object = {}) {
  const prepare = (text: string) => {
    const carrier: Carrier = { ...fixed };
    for (const header of headers) carrier[header.replace('*', () => text)] = text;
    return carrier;
  };
  return { prepare, parse: (carrier: Carrier) => readAndWrite(propagator, carrier), check };
}

function readAndWrite(propagator: TextMapPropagator, carrier: Carrier) {
  const context = extract(propagator, carrier);
  return { context, written: inject(all, context) };
}

/** What is read is within its caps, and nothing in it breaks out of a header. */
function check({ context, written }: ReturnType<typeof readAndWrite>): void {
  const spanContext = trace.getSpanContext(context);
  if (spanContext) {
    assert.match(spanContext.traceId, /^(?!0+$)[0-9a-f]{32}$/);
    assert.match(spanContext.spanId, /^(?!0+$)[0-9a-f]{16}$/);
    assert.ok((spanContext.traceState?.serialize() ?? '').length <= MAX_TRACE_STATE_CHARS);
  }
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
  assert.ok(entries.length <= MAX_BAGGAGE_ENTRIES, `${entries.length} entries of baggage`);
  const chars = entries.reduce((sum, [key, { value }]) => sum + key.length + value.length, 0);
  assert.ok(chars <= MAX_BAGGAGE_BYTES, `${chars} characters of baggage`);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  for (const value of Object.values(written)) {
    assert.doesNotMatch(value, /[\r\n\0]/);
    assert.ok(value.length <= MAX_BAGGAGE_BYTES, `a header of ${value.length} characters`);
  }
}

const traceparent = `00-${traceId}-${spanId}-01`;
hostile({
  name: 'traceparent',
  ...reading(w3cTraceContext, ['traceparent']),
  pieces: [...ids, traceparent],
});
hostile({
  name: 'tracestate',
  ...reading(w3cTraceContext, ['tracestate'], { traceparent }),
  pieces: [
    'a=1',
    'rojo=00f067aa0ba902b7',
    't@v=',
    'ot=th:8;rv:ecececec',
    '=',
    ',',
    ' , ',
    'A=1',
    'a'.repeat(256),
    '~',
    'a=b=c',
  ],
});
hostile({
  name: 'baggage',
  ...reading(w3cBaggage, ['baggage']),
  pieces: [
    'a=1',
    'key1=value1;p=1',
    ' ; ',
    'k=%C3%A9',
    'k=%ff',
    '__proto__=1',
    '=x',
    'a=',
    'b=1 , ',
    'x'.repeat(300),
  ],
});
hostile({
  name: 'b3',
  ...reading(b3, ['b3']),
  pieces: [...ids, `${traceId}-${spanId}-1-${spanId}`, 'd', '1'],
});
hostile({
  name: 'X-B3-*',
  ...reading(b3multi, ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags']),
  pieces: ids,
});
hostile({
  name: 'uber-trace-id and uberctx-*',
  ...reading(jaeger, ['uber-trace-id', 'uberctx-a', 'jaeger-baggage', 'uberctx-*']),
  pieces: [...ids, `${traceId}:${spanId}:0:1`, '%3A', ':', 'a=b, c=d'],
});
hostile({
  name: 'ot-tracer-*',
  ...reading(ottrace, ['ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled']),
  pieces: [...ids, 'true', 'false'],
});
hostile({
  name: 'ot-baggage-*',
  ...reading(ottrace, ['ot-baggage-*', 'ot-baggage-a'], {
    'ot-tracer-traceid': traceId,
    'ot-tracer-spanid': spanId,
  }),
  pieces: ['a', '%'],
});
hostile({
  name: 'X-Amzn-Trace-Id',
  ...reading(xray, ['x-amzn-trace-id']),
  pieces: [
    'Root=',
    '1-5759e988-bd862e3fe1be46a994272793',
    ';',
    'Parent=',
    '53995c3f42cd8ad8',
    'Sampled=',
    '1',
    '?',
    'Self=',
    'Lineage=',
  ],
});
hostile({
  name: 'lines of headers, in arrays',
  prepare: (text) => {
    const lines = text.split('0');
    return Object.fromEntries(
      ['traceparent', 'tracestate', 'baggage', 'b3', 'uber-trace-id', 'x-amzn-trace-id'].map((name) => [
        name,
        lines,
      ]),
    );
  },
  parse: (carrier) => readAndWrite(all, carrier),
  pieces: [...ids, traceparent, 'a=1', ','],
  check,
});
hostile({
  name: 'variables of the environment',
  parse: (text) => {
    const env = {
      TRACEPARENT: text,
      TRACESTATE: text,
      BAGGAGE: text,
      B3: text,
      UBER_TRACE_ID: text,
      X_AMZN_TRACE_ID: text,
    };
    const context = extractFromEnvironment(all, env, ROOT_CONTEXT);
    const variables: string[] = [];
    injectIntoEnvironment(all, context, variables, {});
    return variables;
  },
  pieces: [...ids, traceparent, 'a=1'],
  check: (variables) => {
    for (const variable of variables) assert.ok(variable.length <= MAX_BAGGAGE_BYTES + 20);
  },
});
hostile({
  name: 'the member ot of tracestate',
  parse: (text) => {
    const traceState = lazyTraceState(`ot=${text}`);
    const state = readSamplingState(traceState);
    return withThreshold(traceState, state.threshold);
  },
  pieces: ['th:', 'rv:', '8', 'ecececececec', ';', 'p:8', 'x:y'],
});
hostile({
  name: 'hosts',
  parse: isOwnHost,
  pieces: ['10.', '192.168.0.1', '.local', '::1', 'fe80::', '[', ']', '0x7f', '2130706433', '.'],
});
const byHost = propagationByHost(['*.example.com', '10.*', '*a*b*c*d']);
hostile({
  name: 'hosts against patterns',
  parse: byHost,
  pieces: ['example.com', '10.', 'a', 'b', 'c', '.'],
});
