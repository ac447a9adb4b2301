import { inspect } from 'node:util';
import { attributeOf, toEntries } from '../../model/attribute-list';
import type { AnyValue, EmittedRecord } from '../../model/log-record';
import { paint, printable, type Style } from './text';

/** Names of the severities, four numbers each (OpenTelemetry logs data model, "Displaying Severity"). */
const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
const styles: readonly (Style | undefined)[] = ['dim', 'dim', 'green', 'yellow', 'red', 'red'];

/**
 * Draws a record as one line that a person can read, time, severity, what it says, attributes, trace; below it the stack of an exception. Ends with
 * a newline.
 */
export function renderLogRecord(record: EmittedRecord, colors: boolean): string {
  const { severityNumber } = record;
  const rank = Math.ceil(severityNumber / 4) - 1;
  const name = severities[rank] ?? record.severityText?.toUpperCase() ?? '';
  const attributes = toEntries(record.attributes)
    .filter(([key]) => key !== 'exception.stacktrace')
    .map(([key, value]) => `${printable(key)}=${valueText(value)}`);
  const cells = [
    paint(timeText(record.timeMillis ?? record.observedMillis), 'dim', colors),
    paint(printable(name).padEnd(5), styles[rank], colors),
    record.eventName ? `[${printable(record.eventName)}]` : '',
    record.body === undefined || record.body === '' ? '' : valueText(record.body),
    paint(attributes.join(' '), 'dim', colors),
    record.context ? paint(`trace=${record.context.traceId}`, 'dim', colors) : '',
  ];
  return `${cells.filter(Boolean).join('  ')}\n${stackText(record)}`;
}

function stackText({ attributes }: EmittedRecord): string {
  const stack = attributeOf(attributes, 'exception.stacktrace');
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .map((line) => `    ${printable(line.trim())}\n`)
    .join('');
}

function valueText(value: AnyValue): string {
  if (typeof value !== 'object' || value === null) return printable(String(value));
  return printable(
    inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, compact: true }),
  ).replaceAll('[Object: null prototype] ', '');
}

/** Hours, minutes, seconds and milliseconds, as the clock on the wall has them. */
function timeText(epochMillis: number): string {
  const time = new Date(epochMillis);
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
