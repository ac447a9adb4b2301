import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLogRecord } from '../../../src/export/console/render-log';
import type { EmittedRecord } from '../../../src/model/log-record';

const record: EmittedRecord = {
  scope: { name: 'shop' },
  timeMillis: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  observedMillis: 0,
  severityNumber: 13,
  severityText: 'careful',
  body: 'low stock',
  eventName: undefined,
  attributes: ['sku', 'a7', 'left', { here: 1, there: [2] }],
  droppedAttributesCount: 0,
  context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
};

test('one line: time, severity, body, attributes, trace', () => {
  assert.equal(
    renderLogRecord(record, false),
    `03:04:05.006  WARN   low stock  sku=a7 left={ here: 1, there: [ 2 ] }  trace=${'a'.repeat(32)}\n`,
  );
});

test('an event without a body, a level that OpenTelemetry does not know, a stack below', () => {
  assert.equal(
    renderLogRecord(
      {
        ...record,
        severityNumber: 0,
        severityText: 'own',
        eventName: 'exception',
        body: undefined,
        attributes: ['exception.stacktrace', 'Error: x\n    at y'],
        context: undefined,
      },
      false,
    ),
    '03:04:05.006  OWN    [exception]\n    Error: x\n    at y\n',
  );
});

test('what a record holds cannot move the cursor or break the line', () => {
  const text = renderLogRecord({ ...record, body: 'a\x1b[2Jb\nc', attributes: ['k\n', '\u202ev'] }, false);
  assert.equal(text.split('\n').length, 2);
  assert.ok(!text.includes('\x1b') && !text.includes('\u202e'));
});

test('colours by severity', () => {
  const colored = (severityNumber: number) => renderLogRecord({ ...record, severityNumber }, true);
  assert.ok(colored(17).includes('\x1b[31mERROR\x1b[0m'));
  assert.ok(colored(9).includes('\x1b[32mINFO \x1b[0m'));
});
