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

const newestCopies = '1.999.0';

test('what a program registers takes the place of ours, together with what belongs to its spans', () => {
  const registered: string[] = [];
  const ownSdk = { mayReplace: true, onRegistered: (part: string) => registered.push(part) };
  const ours = { startSpan: () => 'ours' };
  const theirs = { startSpan: () => 'theirs' };
  const implementation = { trace: { getTracer: () => ours } as never, context: contextManager };
  registerApiGlobals(implementation, newestCopies, ownSdk);
  const early = trace.getTracer('early');
  assert.equal(early.startSpan('') as unknown, 'ours');

  // A context manager alone does not replace ours: spans of ours would no longer be found.
  const manager = { ...contextManager, active: () => rootContext };
  assert.equal(context.setGlobalContextManager(manager), true);
  assert.equal((globals[key] as { context?: unknown }).context, contextManager);

  assert.equal(trace.setGlobalTracerProvider({ getTracer: () => theirs } as never), true);
  assert.equal((globals[key] as { context?: unknown }).context, manager);
  assert.equal(trace.getTracer('late').startSpan('') as unknown, 'theirs');
  assert.equal(early.startSpan('') as unknown, 'theirs');
  assert.deepEqual(registered, ['context', 'trace']);
  // Once: the second registration is refused as ever.
  assert.equal(trace.setGlobalTracerProvider({ getTracer: () => assert.fail() } as never), false);
});

test('a program that switches the API off first still gets its own', () => {
  const registered: string[] = [];
  registerApiGlobals({ trace: { getTracer: () => assert.fail() } as never }, newestCopies, {
    mayReplace: true,
    onRegistered: (part) => registered.push(part),
  });
  trace.disable();
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => 'theirs' }) } as never);
  assert.equal(trace.getTracer('').startSpan('') as unknown, 'theirs');
  assert.deepEqual(registered, ['trace']);
});

test('ours stays where the user wants it to, also when it is switched off', () => {
  const attempts: string[] = [];
  const ours = { startSpan: () => 'ours' };
  registerApiGlobals({ trace: { getTracer: () => ours } as never }, newestCopies, {
    mayReplace: false,
    onRegistered: (part, isReplaced) => attempts.push(`${part} ${isReplaced}`),
  });
  assert.equal(trace.setGlobalTracerProvider({ getTracer: () => assert.fail() } as never), false);
  trace.disable();
  assert.equal(trace.getTracer('').startSpan('') as unknown, 'ours');
  assert.deepEqual(attempts, ['trace false']);
});
