import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import registry from '../../instrumentations';
import { runProgram } from '../harness/run-program';

const launcher = join(__dirname, '../../bin/otel-instrument');

function list(...args: string[]) {
  return runProgram(['list', ...args], { node: launcher });
}

describe('otel-instrument list', () => {
  test('json: every instrumentation, with what docs/supported-libraries.md says of it', async () => {
    const { stdout, stderr, exitCode } = await list('--format', 'json');
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    const libraries = JSON.parse(stdout) as any[];
    assert.deepEqual(libraries.map(({ name }) => name).sort(), registry.map(({ name }) => name).sort());
    const page = readFileSync(join(__dirname, '../../docs/supported-libraries.md'), 'utf8');
    for (const { title, link, description, versions, signals } of libraries) {
      assert.ok(page.includes(`[${title}](${link})`), title);
      assert.ok(page.includes(description), title);
      assert.ok(versions.length > 0, title);
      assert.ok(signals.length > 0, title);
    }
    const ioredis = libraries.find(({ name }) => name === 'ioredis');
    assert.match(ioredis.packages.ioredis, /^>=4/);
    const http = libraries.find(({ name }) => name === 'http');
    assert.ok(http.options.includes('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS'));
    assert.deepEqual(libraries.find(({ name }) => name === 'pino').signals, ['logs']);
  });

  test('table: a line for each library', async () => {
    const { stdout } = await list();
    const [head, ...lines] = stdout.trimEnd().split('\n');
    assert.match(head!, /^NAME +LIBRARY +VERSIONS +SIGNALS +OPTIONS$/);
    assert.ok(
      lines.some((line) => /^ioredis +ioredis +ioredis >=4\.0\.0 <7\.0\.0 +traces, metrics\b/.test(line)),
    );
    assert.ok(lines.some((line) => /^console +console .*logs \(off by default\)/.test(line)));
    const names = lines.map((line) => line.split(' ')[0]).filter(Boolean);
    assert.equal(names.length, registry.length);
  });

  test('markdown: a table', async () => {
    const { stdout } = await list('--format', 'markdown');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, registry.length + 2);
    assert.ok(lines.every((line) => /^\|.*\|$/.test(line)));
  });

  test('a form that there is not', async () => {
    const { stderr, exitCode } = await list('--format=xml');
    assert.equal(stderr, 'otel-instrument: --format: expected table, json, markdown, got "xml"\n');
    assert.equal(exitCode, 2);
  });
});
