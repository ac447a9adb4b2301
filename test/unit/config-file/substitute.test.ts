// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseYaml } from '../../../src/config/file/yaml';

/** The table of the specification (configuration/data-model.md, "Environment variable substitution"). */
const env = {
  STRING_VALUE: 'value',
  BOOL_VALUE: 'true',
  INT_VALUE: '1',
  FLOAT_VALUE: '1.1',
  HEX_VALUE: '0xdeadbeef',
  INVALID_MAP_VALUE: 'value\nkey:value',
  DO_NOT_REPLACE_ME: 'Never use this value',
  REPLACE_ME: '${DO_NOT_REPLACE_ME}',
  VALUE_WITH_ESCAPE: 'value$$',
  EMPTY: '',
  LIST: '[1, 2]',
  COMMENT: 'a # b',
  ANCHOR: '&a x',
};

describe('substitution, types after it', () => {
  const cases: readonly [input: string, expected: unknown][] = [
    ['${STRING_VALUE}', 'value'],
    ['${BOOL_VALUE}', true],
    ['${INT_VALUE}', 1],
    ['${FLOAT_VALUE}', 1.1],
    ['${HEX_VALUE}', 3735928559],
    ['"${STRING_VALUE}"', 'value'],
    ['"${BOOL_VALUE}"', 'true'],
    ['"${INT_VALUE}"', '1'],
    ['"${FLOAT_VALUE}"', '1.1'],
    ['"${HEX_VALUE}"', '0xdeadbeef'],
    ["'${INT_VALUE}'", '1'],
    ['${env:STRING_VALUE}', 'value'],
    ['${env:UNDEFINED_KEY:-x}', 'x'],
    ['${INVALID_MAP_VALUE}', 'value\nkey:value'],
    ['foo ${STRING_VALUE} ${FLOAT_VALUE}', 'foo value 1.1'],
    ['${UNDEFINED_KEY}', null],
    ['"${UNDEFINED_KEY}"', ''],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${UNDEFINED_KEY:-fallback}', 'fallback'],
    ['${UNDEFINED_KEY:-5000}', 5000],
    ['${UNDEFINED_KEY:-}', null],
    ['${UNDEFINED_KEY:-http://localhost:4318}/v1/traces', 'http://localhost:4318/v1/traces'],
    ['${REPLACE_ME}', '${DO_NOT_REPLACE_ME}'],
    ['${UNDEFINED_KEY:-${STRING_VALUE}}', '${STRING_VALUE}'],
    ['$${STRING_VALUE}', '${STRING_VALUE}'],
    ['$$${STRING_VALUE}', '$value'],
    ['$$$${STRING_VALUE}', '$${STRING_VALUE}'],
    ['$${STRING_VALUE:-fallback}', '${STRING_VALUE:-fallback}'],
    ['$${STRING_VALUE:-${STRING_VALUE}}', '${STRING_VALUE:-value}'],
    ['${UNDEFINED_KEY:-$${UNDEFINED_KEY}}', '${UNDEFINED_KEY:-${UNDEFINED_KEY}}'],
    ['${VALUE_WITH_ESCAPE}', 'value$$'],
    ['a $$ b', 'a $ b'],
    ['a $ b', 'a $ b'],
    ['|\n  ${INT_VALUE}', '1\n'],
    // No structure comes in.
    ['${LIST}', '[1, 2]'],
    ['${COMMENT}', 'a # b'],
    ['${ANCHOR}', '&a x'],
  ];
  for (const [input, expected] of cases) {
    test(JSON.stringify(input), () => {
      assert.deepEqual(parsed(`key: ${input}`), { key: expected });
    });
  }

  test('keys stay as they are', () => {
    assert.deepEqual(parsed('${STRING_VALUE}: value'), { '${STRING_VALUE}': 'value' });
  });

  test('items of lists, flow or not, and what an alias repeats', () => {
    assert.deepEqual(parsed('a: &a ["${INT_VALUE}", x]\nb:\n  - ${INT_VALUE}\nc: *a'), {
      a: ['1', 'x'],
      b: [1],
      c: ['1', 'x'],
    });
  });

  for (const reference of ['${STRING_VALUE:?error}', '${1API_KEY}', '${API_$KEY}', '${}', '${A B}']) {
    test(`${reference} is an error with its line`, () => {
      const result = parseYaml(`a: 1\nkey: ${reference}`, env);
      assert.ok('errors' in result);
      assert.deepEqual(result.errors, [
        {
          line: 2,
          message: `expected \${NAME}, \${env:NAME} or \${NAME:-default}, got ${JSON.stringify(reference)}`,
        },
      ]);
    });
  }
});

describe('YAML', () => {
  test('1.2, core schema: yes and no are texts', () => {
    assert.deepEqual(parsed('a: yes\nb: no\nc: 0o17\nd: ~\ne: True\nf: .inf\ng: 1e3'), {
      a: 'yes',
      b: 'no',
      c: 15,
      d: null,
      e: true,
      f: Number.POSITIVE_INFINITY,
      g: 1000,
    });
  });

  test('errors have a line and plain words', () => {
    for (const [text, line, message] of [
      ['a: 1\na: 2', 2, /unique/],
      ['a:\n  - 1\n b: 2', 3, /./],
      ['a: [1', 1, /./],
    ] as const) {
      const result = parseYaml(text, {});
      assert.ok('errors' in result, text);
      assert.equal(result.errors[0]!.line, line);
      assert.match(result.errors[0]!.message, message);
      assert.doesNotMatch(result.errors[0]!.message, /\n/);
    }
  });
});

function parsed(text: string): unknown {
  const result = parseYaml(text, env);
  assert.ok('value' in result, JSON.stringify(result));
  return result.value;
}
