import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from '../../../src/config/file/yaml';

const errorsOf = (text: string) => {
  const parsed = parseYaml(text, {});
  return 'errors' in parsed ? parsed.errors : [];
};

test('a collection as a key is an error at its line', () => {
  assert.deepEqual(errorsOf('file_format: "1.0"\n? [a, b]\n: c\n'), [
    { line: 2, message: 'expected a text as the key, got a collection' },
  ]);
});

test('keys within keys take no longer than their length', () => {
  assert.equal(errorsOf('? '.repeat(1000)).length, 1);
});

test('of many errors the first are told', () => {
  assert.equal(errorsOf('}\n'.repeat(500)).length, 20);
});
