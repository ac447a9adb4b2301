import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { context, propagation, trace } from '@opentelemetry/api';
import { registerApiGlobals } from '../../../src/sdk/api-globals';
import { rootContext } from '../../../src/sdk/context/context';
import { contextManager } from '../../../src/sdk/context/context-manager';

const key = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [key]?: Record<string, unknown> };
afterEach(() => {
  delete globals[key];
});

test('the API finds what is registered, and a program cannot replace it', () => {
  const tracer = {};
  const taken = registerApiGlobals({ trace: { getTracer: () => tracer } as never, context: contextManager });
  assert.deepEqual(taken, []);
  assert.equal(trace.setGlobalTracerProvider({ getTracer: () => assert.fail() }), false);
  assert.equal(context.setGlobalContextManager(contextManager), false);
  const value = Symbol('value');
  context.with(rootContext.setValue(value, 1), () => assert.equal(context.active().getValue(value), 1));
});

test('what somebody else registered before is left alone', () => {
  const theirs = { fields: () => [], inject() {}, extract: () => rootContext };
  globals[key] = { version: '1.9.0', propagation: theirs };
  assert.deepEqual(registerApiGlobals({ propagation: {} as never, context: contextManager }), [
    'propagation',
  ]);
  assert.equal(globals[key]!.propagation, theirs);
  assert.deepEqual(propagation.fields(), []);
});
