import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import registry from '../../instrumentations';
import { allSettings } from '../../src/config/settings';
import { optionSettings } from '../../src/config/settings/options';
import { runProgram } from '../harness/run-program';

const launcher = join(__dirname, '../../bin/otel-instrument');
const shop = join(__dirname, '../../fixtures/config/shop.yaml');

/** Runs the launcher. */
function launch(args: readonly string[], env: Record<string, string> = {}) {
  return runProgram(args, { node: launcher, env });
}

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

async function rowsOf(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = await launch(['config', '--format', 'json', ...args], env);
  assert.equal(exitCode, 0);
  const rows = JSON.parse(stdout) as Row[];
  return { rows, stderr, find: (name: string) => rows.find((row) => row.name === name) };
}

describe('otel-instrument config', () => {
  test('every setting is there, and by default it is the default', async () => {
    const { rows, stderr } = await rowsOf([]);
    assert.equal(stderr, '');
    assert.deepEqual(
      rows.map(({ name }) => name),
      [...allSettings, ...optionSettings(registry)].map(({ name }) => name),
    );
    assert.deepEqual([...new Set(rows.map(({ source }) => source))], ['default']);
  });

  test('variables, flags on either side of the word, and settings that stand in for others are named', async () => {
    const { find } = await rowsOf(['--span_event_count_limit=3'], {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_INSTRUMENTATION_COMMON_DB_STATEMENT_SANITIZER_ENABLED: 'false',
    });
    assert.deepEqual(find('OTEL_SERVICE_NAME'), {
      name: 'OTEL_SERVICE_NAME',
      value: 'shop',
      source: 'environment',
    });
    assert.deepEqual(find('OTEL_SPAN_EVENT_COUNT_LIMIT'), {
      name: 'OTEL_SPAN_EVENT_COUNT_LIMIT',
      value: 3,
      source: '--span_event_count_limit',
    });
    assert.deepEqual(find('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'), {
      name: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
      value: 5000,
      source: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    });
    assert.deepEqual(find('OTEL_INSTRUMENTATION_COMMON_DB_QUERY_SANITIZATION_ENABLED'), {
      name: 'OTEL_INSTRUMENTATION_COMMON_DB_QUERY_SANITIZATION_ENABLED',
      value: false,
      source: 'OTEL_INSTRUMENTATION_COMMON_DB_STATEMENT_SANITIZER_ENABLED',
    });
    const before = await launch(['--service_name', 'by-flag', 'config', '--format', 'json'], {
      OTEL_SERVICE_NAME: 'x',
    });
    const row = (JSON.parse(before.stdout) as Row[]).find(({ name }) => name === 'OTEL_SERVICE_NAME');
    assert.deepEqual(row, { name: 'OTEL_SERVICE_NAME', value: 'by-flag', source: '--service_name' });
  });

  test('a value that is not accepted is told, and the default shown', async () => {
    const { find, stderr } = await rowsOf([], { OTEL_BSP_MAX_QUEUE_SIZE: 'x' });
    assert.equal(
      stderr,
      'otel-instrument: OTEL_BSP_MAX_QUEUE_SIZE: expected a positive integer, got "x"; using 2048\n',
    );
    assert.deepEqual(find('OTEL_BSP_MAX_QUEUE_SIZE'), {
      name: 'OTEL_BSP_MAX_QUEUE_SIZE',
      value: 2048,
      source: 'default',
    });
  });

  test('entities: what is accepted of them, and a form that can be set again', async () => {
    const OTEL_ENTITIES = 'service{service.name=a%2Cb}[team=red];host{}';
    const name = 'OTEL_ENTITIES';
    const value = 'service{service.name=a%2Cb}[team=red]';
    const { find } = await rowsOf([], { OTEL_ENTITIES });
    assert.deepEqual(find(name), { name, value, source: 'environment' });
    const env = await launch(['config', '--format', 'env'], { OTEL_ENTITIES });
    assert.ok(env.stdout.includes(`\n${name}='${value}'\n`));
    const yaml = await launch(['config', '--format', 'yaml'], { OTEL_ENTITIES });
    assert.match(yaml.stdout, /- name: service\.name\n\s+value: a,b\n\s+- name: team\n\s+value: red\n/);
  });

  for (const format of ['table', 'json', 'env', 'yaml'])
    test(`${format}: no secret is shown`, async () => {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:canary1@collector:4318/x?key=canary2',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=canary3',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-api-key=canary4',
      };
      const { stdout, stderr, exitCode } = await launch(['config', '--format', format], env);
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stdout + stderr, /canary/);
      assert.match(stdout, /authorization/);
      const file = await launch(['config', '--format', format], {
        OTEL_CONFIG_FILE: shop,
        COLLECTOR: 'https://user:canary1@h',
        TOKEN: 'canary2',
      });
      assert.doesNotMatch(file.stdout + file.stderr, /canary/);
    });

  test('table: a line for each setting, under its group', async () => {
    const { stdout } = await launch(['config'], { OTEL_TRACES_SAMPLER: 'always_off' });
    assert.match(stdout, /^SETTING +SOURCE +VALUE\n\nGeneral\n {2}OTEL_SDK_DISABLED +default +false\n/);
    assert.match(stdout, /^ {2}OTEL_TRACES_SAMPLER +environment +always_off$/m);
    assert.match(stdout, /^ {2}OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT +default +no limit$/m);
  });

  test('env: lines for a shell; what is only the default is a comment', async () => {
    const { stdout } = await launch(['config', '--format', 'env'], { OTEL_SERVICE_NAME: "it's a shop" });
    assert.match(stdout, /^OTEL_SERVICE_NAME='it'\\''s a shop'$/m);
    assert.match(stdout, /^# OTEL_BSP_SCHEDULE_DELAY=5000$/m);
  });

  test('yaml: a configuration file', async () => {
    const { stdout } = await launch(['config', '--format', 'yaml'], { OTEL_SERVICE_NAME: 'shop' });
    const tree = parse(stdout);
    assert.equal(tree.file_format, '1.1');
    assert.deepEqual(tree.resource.attributes, [{ name: 'service.name', value: 'shop' }]);
    assert.equal(
      tree.tracer_provider.processors[0].batch.exporter.otlp_http.endpoint,
      'http://localhost:4318/v1/traces',
    );
  });

  test('of a file the lines are shown, and what it could also say', async () => {
    const { find, rows, stderr } = await rowsOf(['--config_file', shop, '--traces_sampler', 'always_off']);
    assert.equal(
      stderr,
      `otel-instrument: OTEL_TRACES_SAMPLER: not used, since OTEL_CONFIG_FILE names ${shop}, which does not refer to it\n`,
    );
    assert.deepEqual(find('tracer_provider.limits.event_count_limit'), {
      name: 'tracer_provider.limits.event_count_limit',
      value: 5,
      source: `${shop}:45`,
    });
    assert.equal(find('resource.attributes[0].value')!.value, 'shop');
    assert.equal(find('tracer_provider.limits.link_count_limit')!.source, 'default');
    assert.equal(find('instrumentation/development.js.node.exit_timeout')!.value, 250);
    assert.ok(rows.every(({ name }) => !name.startsWith('OTEL_')));
  });

  test('a file that is not valid: the errors and exit code 1', async () => {
    const { stdout, stderr, exitCode } = await launch(['config'], { OTEL_CONFIG_FILE: '/nowhere.yaml' });
    assert.equal(stdout, '');
    assert.match(stderr, /^otel-instrument: \/nowhere\.yaml: cannot be read \(ENOENT\)\n/);
    assert.equal(exitCode, 1);
  });

  test('mistakes on the command line', async () => {
    const format = await launch(['config', '--format', 'xml']);
    assert.equal(format.stderr, 'otel-instrument: --format: expected table, json, env, yaml, got "xml"\n');
    assert.equal(format.exitCode, 2);
    const words = await launch(['config', 'node', 'app.js']);
    assert.equal(words.exitCode, 2);
    assert.equal(words.stdout, '');
  });

  test('--help is its own', async () => {
    const { stdout, exitCode } = await launch(['config', '--help']);
    assert.match(stdout, /^Usage: otel-instrument config /);
    assert.match(stdout, /--format <name>/);
    assert.match(stdout, /--service_name <value>/);
    assert.equal(exitCode, 0);
  });

  test('-- ends the words that are ours', async () => {
    for (const args of [
      ['--', 'config'],
      ['--service_name', 'x', '--', 'config'],
    ]) {
      const { stderr, exitCode } = await launch(args);
      assert.match(stderr, /config: .*not found/);
      assert.equal(exitCode, 127);
    }
  });
});
