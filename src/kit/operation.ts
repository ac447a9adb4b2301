import type { AttributeValue, Context, Span } from '@opentelemetry/api';
import { log, messageOf } from '../diag/log';
import { telemetry } from './telemetry';

/** One call of a patched function, or one message of a diagnostics channel: what getters read from. */
export interface Call<Self = any, Args extends readonly unknown[] = readonly any[], Result = any> {
  readonly self: Self;
  args: Args;
  result?: Result;
  /** What the call threw, rejected with, or gave its callback. */
  error?: unknown;
}

/** A call under way. */
export interface Active {
  readonly span: Span;
  /** Active while the call runs: its span is the parent of what the call starts. */
  readonly context: Context;
}

/**
 * A span (and, later, its metrics) around a call: kinds such as {@link dbClient} make them from getters, so that names,
 * attributes and status are written once, by the conventions.
 */
export interface Operation<C extends Call = Call> {
  /** Begins the span; `undefined` if the call is not to be traced. Never throws. */
  start(call: C): Active | undefined;
  /** Ends the span with what `call.result` or `call.error` holds. Never throws; only the first call counts. */
  end(active: Active, call: C): void;
  /** Whether it hands nothing on: where nobody wants spans or metrics, it need not be. */
  readonly isForRecordingOnly?: boolean;
}

/** Reads one thing from a call; may return `undefined`, and may fail. */
export type Getter<C extends Call, T> = (call: C) => T | undefined;

/** A getter's value. One that throws costs its attribute, never the call, and is reported once. */
export function read<C extends Call, T>(getter: Getter<C, T> | undefined, call: C): T | undefined {
  if (getter === undefined) return undefined;
  try {
    return getter(call);
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

/** Sets an attribute unless its value is missing. */
export function set(span: Span, key: string, value: AttributeValue | undefined): void {
  if (value !== undefined) span.setAttribute(key, value);
}

/** Our own code failed inside a call: one line, and the call goes on. */
export function reportFailure(error: unknown): void {
  log.warnOnce(`an instrumentation failed, the call goes on without it: ${messageOf(error)}`);
}

/** `start` and `end` of an operation with the promise that they never throw. */
export function safeOperation<C extends Call>(operation: Operation<C>): Operation<C> {
  return {
    start(call) {
      if (telemetry.isSuppressed() || telemetry.isTracedElsewhere?.()) return undefined;
      try {
        return operation.start(call);
      } catch (error) {
        reportFailure(error);
        return undefined;
      }
    },
    end(active, call) {
      try {
        operation.end(active, call);
      } catch (error) {
        reportFailure(error);
      }
    },
  };
}

/**
 * `error.type` of the conventions: a code where the error has one, else its class, else `_OTHER`. Low-cardinality by nature:
 * never the message.
 */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  return (error as object).constructor?.name || '_OTHER';
}

/** The message of an error as a status description, capped; never a stack. */
export function errorMessage(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : typeof error === 'string' ? error : undefined;
  return message?.slice(0, 1024);
}
