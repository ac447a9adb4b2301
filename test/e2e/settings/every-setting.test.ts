import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { libraries } from '../../../src/cli/libraries';
import { allSettings, type Setting } from '../../../src/config/settings';
import { optionSettings } from '../../../src/config/settings/options';
import { type Row, testRows } from './row';
import { general } from './rows/general';
import { http } from './rows/http';
import { logs } from './rows/logs';
import { metrics } from './rows/metrics';
import { node } from './rows/node';
import { options } from './rows/options';
import { otlp } from './rows/otlp';
import { precedence } from './rows/precedence';
import { servers } from './rows/servers';
import { traces } from './rows/traces';
import { typing } from './rows/typing';

const groups = { general, traces, metrics, logs, otlp, node, http, options };

for (const [title, rows] of Object.entries(groups)) testRows(`${title}: what a setting does`, rows);
testRows('how values are read', typing);
testRows('a flag is stronger than a variable', precedence);

/** Settings, or single values, whose effect a test of its own shows: below test/. */
const elsewhere: Readonly<Record<string, string>> = {
  OTEL_CONFIG_FILE: 'e2e/config-file.test.ts',
  OTEL_NODE_KEEP_ON_ERROR: 'e2e/sampling.test.ts',
  OTEL_NODE_KEEP_SLOW: 'e2e/sampling.test.ts',
  OTEL_NODE_KEEP_MAX_BYTES: 'e2e/sampling.test.ts',
  'OTEL_TRACES_SAMPLER=jaeger_remote': 'e2e/sampling.test.ts',
  'OTEL_TRACES_SAMPLER=parentbased_jaeger_remote': 'e2e/sampling.test.ts',
  'OTEL_TRACES_SAMPLER=xray': 'e2e/sampling.test.ts',
  OTEL_NODE_RESOURCE_TIMEOUT: 'e2e/resource.test.ts',
  OTEL_NODE_MESSAGING_ENVELOPE: 'instrumentations/kafkajs-context.test.ts',
  OTEL_NODE_OWN_SDK: 'e2e/own-sdk.test.ts',
  OTEL_NODE_DORMANT_COMMANDS: 'e2e/dormant.test.ts',
};

/** What all libraries of a kind have is the work of the kit, not theirs: the rows are for some of them. */
const shared = /^OTEL_INSTRUMENTATION_\w+_(ENABLED|REQUIRE_PARENT_SPAN|QUERY_TEXT)$/;

describe('every setting has a test that sees what it does', () => {
  const rows = [...Object.values(groups).flat(), ...servers];
  const testText = (file: string) => {
    const path = join(__dirname, '../..', file);
    assert.ok(existsSync(path), `${path} is missing`);
    return readFileSync(path, 'utf8');
  };

  for (const setting of allSettings)
    for (const name of [setting.name, ...(setting.aliases ?? [])])
      test(name, () => {
        if (hasRow(name)) return;
        assert.ok(elsewhere[name], `no row of ${name} in rows/, and no other test is named`);
        assert.match(testText(elsewhere[name]), new RegExp(name));
      });

  for (const library of libraries)
    for (const { name } of optionSettings([library]))
      test(name, () => {
        if (hasRow(name) || shared.test(name)) return;
        // An option that no other library has.
        assert.match(testText(`instrumentations/${library.name}.test.ts`), new RegExp(name));
      });

  for (const setting of allSettings)
    for (const value of setting.parser.names ?? [])
      test(`${setting.name}=${value}`, () => {
        if (valuesOf(setting).has(value)) return;
        const pair = `${setting.name}=${value}`;
        const file = elsewhere[pair] ?? elsewhere[setting.name];
        assert.ok(file, `no row of ${pair} in rows/, and no other test is named`);
        // The standard one needs no setting.
        if (setting.fallback !== value) assert.ok(testText(file).includes(value), `no ${value} in ${file}`);
      });

  function hasRow(name: string): boolean {
    return rows.some((row) => namesOf(row).includes(name));
  }

  function valuesOf({ name }: Setting<unknown>): Set<string> {
    const texts = rows
      .filter((row) => namesOf(row).includes(name))
      .map((row) => (row.variable === name ? row.value : row.with![name]!));
    return new Set(texts.flatMap((text) => text.toLowerCase().split(',')));
  }
});

/** The settings whose effect a row shows. */
function namesOf({ variable, also = [] }: Row): readonly string[] {
  return [variable, ...also];
}
