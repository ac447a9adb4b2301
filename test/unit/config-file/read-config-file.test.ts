// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readConfigFile } from '../../../src/config/file/read-config-file';

const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-file-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const official = join(__dirname, '../../../fixtures/config/official');

describe('what the schema does not allow', () => {
  const cases: readonly [text: string, ...errors: string[]][] = [
    ['disabled: maybe', '2: disabled: expected true or false, got "maybe"'],
    [
      'tracer_provider:\n  limits: {event_count_limit: -1}\n  processors: [{simple: {exporter: {console: }}}]',
      '3: tracer_provider.limits.event_count_limit: expected an integer of at least 0, got -1',
    ],
    [
      'attribute_limits:\n  attribute_count_limit: 1.5\n  attribute_value_length_limit: "9"',
      '3: attribute_limits.attribute_count_limit: expected an integer, got 1.5',
      '4: attribute_limits.attribute_value_length_limit: expected an integer, got "9"',
    ],
    [
      'tracer_provider:\n  sampler: {trace_id_ratio_based: {ratio: 2}}\n  processors: []',
      '3: tracer_provider.sampler.trace_id_ratio_based.ratio: expected a number of at most 1, got 2',
      '4: tracer_provider.processors: expected a list of at least one item, got an empty list',
    ],
    [
      'tracer_provider:\n  processors:\n    - batch:\n        max_queue_size: 0\n        exporter:\n          otlp_http: {endpoin: x}\n          console:',
      '5: tracer_provider.processors[0].batch.max_queue_size: expected an integer above 0, got 0',
      '7: tracer_provider.processors[0].batch.exporter: expected exactly one of the keys otlp_http, otlp_grpc, otlp_file/development, console, got a mapping of otlp_http, console',
      '7: tracer_provider.processors[0].batch.exporter.otlp_http.endpoin: unknown key; did you mean "endpoint"?',
    ],
    [
      'tracer_provider:\n  processors:\n    - batch: {}\n    - simple:\n',
      '4: tracer_provider.processors[0].batch: expected a key "exporter", found none',
      '5: tracer_provider.processors[1].simple: expected a mapping, got nothing',
    ],
    ['tracer_provider: {}', '2: tracer_provider: expected a key "processors", found none'],
    ['logger_provider: [1]', '2: logger_provider: expected a mapping, got a list'],
    [
      'resource:\n  attributes:\n    - name: a\n      value: {}\n    - {nam: b, value: 1}',
      '5: resource.attributes[0].value: expected a text, a number, true, false, or a list of one kind of them, got an empty mapping',
      '6: resource.attributes[1]: expected a key "name", found none',
      '6: resource.attributes[1].nam: unknown key; did you mean "name"?',
    ],
    [
      'meter_provider:\n  readers: [{pull: {exporter: {prometheus/development: }}}]\n  exemplar_filter: sometimes',
      '4: meter_provider.exemplar_filter: expected one of always_on, always_off, trace_based, got "sometimes"',
    ],
    ['propagator:\n  colour: red', '3: propagator.colour: unknown key; expected composite, composite_list'],
  ];
  for (const [text, ...errors] of cases) {
    test(errors[0]!, () => assert.deepEqual(errorsOf(`file_format: "1.1"\n${text}`), errors));
  }
});

describe('file_format', () => {
  for (const [text, found] of [
    ['file_format: "0.4"', '"0.4"'],
    ['file_format: "2.0"', '"2.0"'],
    ['file_format: 1.0', 'a number; write it in quotes: "1.0"'],
    ['file_format:', 'nothing'],
    ['disabled: true', 'nothing'],
  ] as const) {
    test(`${text} is refused`, () => {
      assert.deepEqual(errorsOf(text), [`1: file_format: expected "1.1", got ${found}`]);
    });
  }
  for (const version of ['1.0', '1.1', '1.0-rc.2'])
    test(`${version} is fine`, () => assert.deepEqual(warningsOf(`file_format: "${version}"`), []));

  test('of a newer minor version, what is not known is left out, and what is known is still checked', () => {
    const limits = 'attribute_limits: {attribute_value_depth_limit: 3';
    assert.deepEqual(warningsOf(`file_format: "1.2"\n${limits}}`), [
      '1: file_format: expected at most 1.1, got 1.2; using what is known of it',
      '2: attribute_limits.attribute_value_depth_limit: unknown key; did you mean "attribute_value_length_limit"?; ignoring it',
    ]);
    assert.deepEqual(errorsOf(`file_format: "1.2"\n${limits}, attribute_count_limit: x}`), [
      '2: attribute_limits.attribute_count_limit: expected an integer, got "x"',
    ]);
  });
});

test('an empty file, a list and a file that is not there', () => {
  for (const text of ['', '- 1', 'text'])
    assert.deepEqual(errorsOf(text), ['1: expected a mapping with the key "file_format"']);
  assert.deepEqual(readConfigFile('/nowhere.yaml', {}), {
    errors: ['/nowhere.yaml: cannot be read (ENOENT)'],
  });
});

test('a key at the top that nobody knows gives a line, since the schema allows it', () => {
  assert.deepEqual(warningsOf('file_format: "1.1"\nlog_levl: info'), [
    '2: log_levl: unknown key; did you mean "log_level"?; ignoring it',
  ]);
});

test('a choice that is left empty is not made', () => {
  const text =
    'file_format: "1.1"\nlog_level: ${UNSET}\nmeter_provider:\n  readers: [{periodic: {exporter: {console: }}}]\n  exemplar_filter:';
  assert.deepEqual(warningsOf(text), []);
});

test('aliases: one that holds itself, and too many', () => {
  assert.match(
    errorsOf(
      'file_format: "1.1"\ntracer_provider: {processors: [{simple: {exporter: {x: }}}], sampler: &a {parent_based: {root: *a}}}',
    )![0]!,
    /cannot be understood/,
  );
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [index, name] of [...'bcdefgh'].entries())
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join()}]`);
  assert.match(errorsOf(`file_format: "1.1"\n${bomb.join('\n')}`)![0]!, /cannot be understood/);
});

test('JSON is YAML', () => assert.deepEqual(warningsOf('{"file_format": "1.1", "disabled": true}'), []));

for (const file of readdirSync(official).filter((name) => name.endsWith('.yaml')))
  test(`the official ${file} is valid`, () => {
    const result = readConfigFile(join(official, file), {});
    assert.ok('tree' in result, JSON.stringify(result));
    assert.deepEqual(result.warnings, []);
  });

function read(text: string) {
  const file = join(scratch, 'file.yaml');
  writeFileSync(file, text);
  const withoutName = (lines: readonly string[]) => lines.map((line) => line.replace(`${file}:`, ''));
  const result = readConfigFile(file, {});
  return 'errors' in result
    ? { errors: withoutName(result.errors) }
    : { warnings: withoutName(result.warnings) };
}

function errorsOf(text: string): readonly string[] | undefined {
  return read(text).errors;
}

function warningsOf(text: string): readonly string[] | undefined {
  const result = read(text);
  assert.equal(result.errors, undefined);
  return result.warnings;
}
