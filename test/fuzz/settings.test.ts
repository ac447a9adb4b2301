// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe } from 'node:test';
import { readConfigFile } from '../../src/config/file/read-config-file';
import { loadConfig } from '../../src/config/load';
import { MAX_SETTING_CHARS } from '../../src/config/parsers';
import { parseSamplingRules } from '../../src/config/sampling-rules';
import { allSettings } from '../../src/config/settings';
import { proxyFor } from '../../src/export/transport/proxy';
import { type HostileInput, hostile, quick } from './hostile';

// Read once, at the start, and written by the program's own people: not as quick as what a stranger can send. What is too long is not looked at.
const maxMillis = 10;
const longest = { longChars: MAX_SETTING_CHARS, maxMillis };

const pieces = [
  'http://',
  'localhost:4317',
  '=',
  ',',
  'a=1',
  'key=value',
  'true',
  'none',
  '512',
  '0.5',
  '*',
  '(',
  '[',
  '(a+)+$',
  '%20',
  'otlp',
  'name=',
  'traceidratio',
  '/v1/traces',
  'unix:///',
  '@',
  ':',
];
/** One setting of each kind. */
const byKind = new Map(allSettings.map(({ name, parser }) => [parser.expected, { name, parser }]));
for (const { name, parser } of byKind.values()) {
  type Read = ReturnType<typeof parser.parse>;
  const input: HostileInput<Read> = { name, parse: (text) => parser.parse(text), pieces };
  hostile({ ...input, check: ({ problem = '' }) => assert.ok(problem.length < 4096), runs: 150 });
  describe(`${name}, as long as it may be`, () => quick({ ...input, ...longest }));
}

hostile({
  name: 'sampling rules',
  parse: parseSamplingRules,
  pieces: ['drop', 'keep', 'path=', 'name=', '/health', ';', '"', ' ', '50%', 'ratio=', 'on', '->', '=', '|'],
  ...longest,
});

hostile({
  name: 'NO_PROXY',
  parse: (text) => proxyFor(new URL('http://collector:4318'), { http: 'http://p:1', noProxy: text }),
  pieces: ['collector', '*', '.', '10.0.0.0/8', '[::1]', ':4318', ':', ',', '::1'],
  runs: 500,
  ...longest,
});

const names = [...new Set(allSettings.map(({ name }) => name))].filter(
  (name) => name !== 'OTEL_CONFIG_FILE' && name !== 'OTEL_EXPERIMENTAL_CONFIG_FILE',
);
hostile({
  name: 'all variables at once',
  parse: (text) => loadConfig(Object.fromEntries(names.map((name) => [name, text]))),
  pieces,
  runs: 50,
  longChars: 2000,
  maxMillis: 100,
});

const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-fuzz-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const file = join(scratch, 'otel.yaml');
hostile({
  name: 'a configuration file',
  parse: (text) => {
    writeFileSync(file, text);
    return readConfigFile(file, { A: text });
  },
  pieces: [
    'file_format: "1.0"\n',
    'tracer_provider:\n',
    '  processors:\n',
    '    - batch:\n',
    '        exporter:\n',
    ': ',
    '- ',
    '\n',
    '  ',
    '&a ',
    '*a',
    '<<: ',
    '"',
    "'",
    '|\n',
    '>-\n',
    '${A}',
    '${A:-b}',
    '{',
    '}',
    '[',
    ']',
    '!!str ',
    '? ',
    '#',
    '---\n',
    '%YAML 1.2\n',
    '\t',
  ],
  runs: 300,
  longChars: 2000,
  maxMillis: 60,
});
