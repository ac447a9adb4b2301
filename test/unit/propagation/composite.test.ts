import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { compositePropagator } from '../../../src/sdk/propagation/composite';
import { w3cBaggage } from '../../../src/sdk/propagation/w3c-baggage';
import { w3cTraceContext } from '../../../src/sdk/propagation/w3c-trace-context';

const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', baggage: 'a=1' };

function passedOn(propagator: ReturnType<typeof compositePropagator>) {
  const sent = {};
  propagator.inject(
    propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter),
    sent,
    defaultTextMapSetter,
  );
  return sent;
}

test('carries what each of them carries', () => {
  const both = compositePropagator([w3cTraceContext, w3cBaggage]);
  assert.deepEqual(passedOn(both), headers);
  assert.deepEqual(both.fields(), ['traceparent', 'tracestate', 'baggage']);
});

test('one is itself', () => assert.equal(compositePropagator([w3cBaggage]), w3cBaggage));

test('none carries nothing', () => {
  const none = compositePropagator([]);
  assert.equal(none.extract(ROOT_CONTEXT, headers, defaultTextMapGetter), ROOT_CONTEXT);
  assert.deepEqual(passedOn(none), {});
  assert.deepEqual(none.fields(), []);
});
