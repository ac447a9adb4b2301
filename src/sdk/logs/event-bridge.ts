import type { Attributes, Context } from '@opentelemetry/api';
import { toEntries } from '../../model/attribute-list';
import type { AnyValue, EmittedRecord } from '../../model/log-record';
import { spanOf } from '../trace/context-keys';

/**
 * Adds a record that is an event to the span of its context, if that is still recording ("Event to span event bridge" of the logs SDK). The record
 * itself goes on to the exporters.
 */
export function bridgeEvent(record: EmittedRecord, context: Context): void {
  const { eventName, timeMillis = record.observedMillis } = record;
  if (!eventName || record.context === undefined) return;
  const span = spanOf(context);
  // Some that only carry an identity are less than a span.
  if (span?.isRecording?.()) span.addEvent(eventName, spanAttributes(record), timeMillis);
}

function spanAttributes({ attributes }: EmittedRecord): Attributes {
  return Object.fromEntries(toEntries(attributes).map(([key, value]) => [key, spanValue(value)]));
}

/** What only log records can hold becomes JSON ("Representing AnyValue for non-OTLP protocols"). */
function spanValue(value: AnyValue): string | number | boolean | string[] | number[] | boolean[] {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'object') return value;
  return isSpanArray(value) ? value : JSON.stringify(value);
}

function isSpanArray(value: AnyValue): value is string[] | number[] | boolean[] {
  if (!Array.isArray(value)) return false;
  const [first] = value as readonly AnyValue[];
  return typeof first !== 'object' && value.every((item) => typeof item === typeof first);
}
