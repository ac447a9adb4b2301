import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Context } from '@opentelemetry/api';
import { logIds, withLogIds } from '../../../src/kit/log-ids';
import { provideTelemetry, type Telemetry } from '../../../src/kit/telemetry';

const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 3 };
const inSpan = {} as Context;
const outside = {} as Context;

function provide(logKeys = { traceId: 'trace_id', spanId: 'span_id', traceFlags: 'trace_flags' }): void {
  provideTelemetry({
    activeContext: () => outside,
    spanContextOf: (context: Context) => (context === inSpan ? span : undefined),
    settings: { logKeys },
  } as unknown as Telemetry);
}

const fields = `"trace_id":"${span.traceId}","span_id":"${span.spanId}","trace_flags":"03"`;

describe('withLogIds', () => {
  const cases: readonly (readonly [line: string, expected: string])[] = [
    ['{"a":1}\n', `{"a":1,${fields}}\n`],
    ['{"a":1}\r\n', `{"a":1,${fields}}\r\n`],
    ['{}', `{${fields}}`],
    ['{ }', `{${fields} }`],
    ['{\n  "a": {"b": "}"}\n}', `{\n  "a": {"b": "}"},${fields}\n}`],
    ['text }', 'text }'],
    ['', ''],
    ['}', '}'],
    ['"{}"', '"{}"'],
    ['{"trace_id":"mine"}', `{"trace_id":"mine",${fields.slice(fields.indexOf('"span_id"'))}}`],
    ['{"a":{"trace_id":"mine"}}', `{"a":{"trace_id":"mine"},${fields}}`],
    ['{"a":"\\"trace_id\\""}', `{"a":"\\"trace_id\\"",${fields}}`],
    [`{${fields}}`, `{${fields}}`],
  ];
  for (const [line, expected] of cases) {
    test(JSON.stringify(line), () => {
      provide();
      assert.equal(withLogIds(line, inSpan), expected);
      assert.equal(withLogIds(line), line, 'outside every span');
    });
  }

  test('names are settable', () => {
    provide({ traceId: 'dd.trace "id"', spanId: 'span', traceFlags: 'flags' });
    assert.deepEqual(JSON.parse(withLogIds('{"a":1}', inSpan)), {
      a: 1,
      'dd.trace "id"': span.traceId,
      span: span.spanId,
      flags: '03',
    });
    assert.equal(logIds(outside), undefined);
  });
});
