import type { SpanContext } from '@opentelemetry/api';
import type { AttributeList } from './attribute-list';
import type { Scope } from './span-data';

/** `AnyValue` of the OpenTelemetry data model. Maps have no prototype, so any key is harmless. */
export type AnyValue =
  | null
  | string
  | number
  | boolean
  | Uint8Array
  | readonly AnyValue[]
  | { readonly [key: string]: AnyValue };

/** A log record at the moment it was emitted, as exporters get it. They read it at once and keep nothing. */
export interface EmittedRecord {
  readonly scope: Scope;
  /** When it happened, in milliseconds since the Unix epoch with a fraction; unknown if whoever emitted it did not say. */
  readonly timeMillis: number | undefined;
  /** When the SDK got it. */
  readonly observedMillis: number;
  /** 1 to 24; 0 is unspecified. */
  readonly severityNumber: number;
  /** The level's name in the program. */
  readonly severityText: string | undefined;
  readonly body: AnyValue | undefined;
  /** Makes the record an event. */
  readonly eventName: string | undefined;
  readonly attributes: Readonly<AttributeList<AnyValue>>;
  readonly droppedAttributesCount: number;
  /** The span in which it happened. */
  readonly context: SpanContext | undefined;
}

/** What becomes of a record: encoded into a batch, printed, or both. Called synchronously. */
export type RecordSink = (record: EmittedRecord) => void;
