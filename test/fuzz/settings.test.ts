// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { readConfigFile } from '../../src/config/file/read-config-file';
import { loadConfig } from '../../src/config/load';
import { parseSamplingRules } from '../../src/config/sampling-rules';
import { allSettings } from '../../src/config/settings';
import { hostile } from './hostile';

// Read once, at the start, and written by the program's own people: linear, but not as quick as what a stranger can send.
const maxMillis = 60;

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
const byKind = new Map(
  allSettings.map(({ name, parser }) => [`${parser.expected} ${parser.parse}`, { name, parser }]),
);
for (const { name, parser } of byKind.values())
  hostile<ReturnType<typeof parser.parse>>({
    name,
    parse: (text) => parser.parse(text),
    pieces,
    runs: 150,
    longChars: 20_000,
    maxMillis,
  });

hostile({
  name: 'sampling rules',
  parse: parseSamplingRules,
  pieces: ['drop', 'keep', 'path=', 'name=', '/health', ';', '"', ' ', '50%', 'ratio='],
  maxMillis,
});

const names = [...new Set(allSettings.map(({ name }) => name))].filter(
  (name) => name !== 'OTEL_CONFIG_FILE' && name !== 'OTEL_EXPERIMENTAL_CONFIG_FILE',
);
hostile({
  name: 'all variables at once',
  parse: (text) => loadConfig(Object.fromEntries(names.map((name) => [name, text]))),
  pieces,
  runs: 50,
  longChars: 500,
  maxMillis: 300,
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
  longChars: 300,
  maxMillis: 300,
});
