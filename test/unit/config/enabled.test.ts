import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complainAboutNames } from '../../../src/config/enabled';

const known = ['http', 'pg'];

test('names that exist, and the star, are accepted', () => {
  assert.deepEqual(complainAboutNames({ enabled: ['pg', '*'], disabled: ['http', '*'] }, known), []);
  assert.deepEqual(complainAboutNames({ enabled: undefined, disabled: [] }, known), []);
});

test('others give one line for each setting', () => {
  assert.deepEqual(complainAboutNames({ enabled: ['htpp', 'pg', 'gp'], disabled: ['HTTP'] }, known), [
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS: expected a list of http, pg, got "htpp,gp"; ignoring it',
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS: expected a list of http, pg, got "HTTP"; ignoring it',
  ]);
});
