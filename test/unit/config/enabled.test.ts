import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complainAboutNames, isInstrumentationEnabled } from '../../../src/config/enabled';

const known = ['http', 'pg'];

test('names that exist, and the star, are accepted', () => {
  assert.deepEqual(complainAboutNames({ enabled: ['pg', '*'], disabled: ['http', '*'] }, known), []);
  assert.deepEqual(complainAboutNames({ enabled: undefined, disabled: [] }, known), []);
});

test('others give one line for each setting', () => {
  assert.deepEqual(complainAboutNames({ enabled: ['htpp', 'pg', 'gp'], disabled: ['HTTP'] }, known), [
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS: expected a list of http, pg, got "htpp,gp"; ignoring it; did you mean http?',
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS: expected a list of http, pg, got "HTTP"; ignoring it',
  ]);
});

test('what is off by default must be named; disabling is stronger than enabling', () => {
  const cases: readonly (readonly [
    enabled: string[] | undefined,
    disabled: string[],
    pg: boolean,
    console: boolean,
  ])[] = [
    [undefined, [], true, false],
    [['*'], [], true, false],
    [['console'], [], false, true],
    [['*', 'console'], [], true, true],
    [['*', 'console'], ['console'], true, false],
    [['pg', 'console'], ['*'], false, false],
  ];
  for (const [enabled, disabled, pg, console] of cases) {
    const choice = { enabled, disabled };
    assert.equal(isInstrumentationEnabled(choice, 'pg'), pg, `${enabled} ${disabled}`);
    assert.equal(isInstrumentationEnabled(choice, 'console', true), console, `${enabled} ${disabled}`);
  }
});
