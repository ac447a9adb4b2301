import type { Context } from '@opentelemetry/api';
import type { Options } from '../model/option';
import { telemetry } from './telemetry';

const requireParentSpan = {
  type: 'boolean',
  fallback: false,
  description: 'Makes spans only within another span, not for what the program does on its own account.',
} as const;

/** What every instrumentation with spans of clients has. */
export const clientOptions = { requireParentSpan } satisfies Options;

/** What every instrumentation of a database that is asked in SQL has. */
export const sqlClientOptions = {
  requireParentSpan,
  queryText: {
    type: 'choice',
    choices: ['sanitized', 'raw', 'none'],
    fallback: 'sanitized',
    description:
      'Chooses what is recorded of a query: its text without literals, the text as it is, or only its summary.',
  },
} satisfies Options;

/** The value of an option that the definition declares. */
export function optionOf(instrumentation: string, key: string): unknown {
  return telemetry.settings.options[instrumentation]?.[key];
}

/** Finds the context that the span of a call starts in: the caller's, or one in which nothing is recorded if a parent is required and there is none. */
export function parentContext(instrumentation: string): () => Context {
  if (optionOf(instrumentation, 'requireParentSpan') !== true) return telemetry.activeContext;
  return () => {
    const context = telemetry.activeContext();
    return telemetry.spanContextOf(context) ? context : telemetry.untraced(context);
  };
}
