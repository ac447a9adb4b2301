import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { type LogLevel, log, setLogLevel } from '../../../src/diag/log';

/** What is printed at each level of OTEL_LOG_LEVEL. */
const rows: Readonly<Record<LogLevel, readonly string[]>> = {
  none: [],
  error: ['error'],
  warn: ['error', 'warn'],
  info: ['error', 'warn', 'info'],
  debug: ['error', 'warn', 'info', 'debug'],
  verbose: ['error', 'warn', 'info', 'debug'],
  all: ['error', 'warn', 'info', 'debug'],
};

for (const [level, expected] of Object.entries(rows)) {
  test(`level ${level}`, (t) => {
    t.after(() => setLogLevel('info'));
    const lines: string[] = [];
    t.mock.method(fs, 'writeSync', (descriptor: number, text: string) => {
      assert.equal(descriptor, 2);
      lines.push(text);
    });
    setLogLevel(level as LogLevel);
    for (const name of ['error', 'warn', 'info', 'debug'] as const) log[name](`${name}\nof two lines`);
    assert.deepEqual(
      lines,
      expected.map((name) => `otel-instrument: ${name} of two lines\n`),
    );
  });
}
