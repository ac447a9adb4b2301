import type { Attributes } from '@opentelemetry/api';
import { toEntries } from '../../model/attribute-list';
import type { EndedSpan } from '../../model/ended-span';
import type { SpanData } from '../../model/span-data';
import { startTimer, stopTimer, type Timer } from '../../model/timers';
import type { Exporter } from '../exporter';
import { print } from '../stdout';
import { renderTraces } from './render-trace';

/** Spans of one trace end within moments of each other; after this pause what is there is drawn. */
const pauseMillis = 200;
const maxHeld = 1000;

/** Draws traces on standard output as trees that a person can read. */
export function createConsoleExporter(resource: Attributes): Exporter<EndedSpan> {
  let held: SpanData[] = [];
  let timer: Timer | undefined;

  return { add, hasUndelivered: () => held.length > 0, flush: () => draw(), flushSync: draw };

  function add(span: EndedSpan): boolean {
    held.push(toSpanData(span, resource));
    stopTimer(timer);
    timer = startTimer(draw, pauseMillis);
    if (held.length >= maxHeld) draw();
    return false;
  }

  function draw(budgetMillis?: number): void {
    stopTimer(timer);
    if (held.length === 0) return;
    const spans = held;
    held = [];
    print((screen) => `${renderTraces(spans, screen)}\n`, budgetMillis);
  }
}

function toSpanData(span: EndedSpan, resource: Attributes): SpanData {
  return {
    traceId: span.context.traceId,
    spanId: span.context.spanId,
    parentSpanId: span.parent?.spanId,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: toUnixNano(span.startMillis),
    endTimeUnixNano: toUnixNano(span.endMillis),
    attributes: Object.fromEntries(toEntries(span.attributes)),
    events: span.events.map(({ name, timeMillis, attributes }) => ({
      name,
      timeUnixNano: toUnixNano(timeMillis),
      attributes,
    })),
    links: span.links,
    status: span.status,
    scope: span.scope,
    resource,
  };
}

function toUnixNano(millis: number): bigint {
  const whole = Math.floor(millis);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((millis - whole) * 1e6));
}
