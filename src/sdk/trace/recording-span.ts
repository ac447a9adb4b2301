import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { SpanLimits } from '../../config/config';
import { createAttributes, placeOf, setAt } from '../../model/attribute-list';
import type {
  EndedSpan,
  EndedSpanEvent,
  EndedSpanLink,
  ExceptionSink,
  SpanSink,
} from '../../model/ended-span';
import type { Lasting } from '../../model/lasting';
import type { Scope } from '../../model/span-data';
import { SpanIdentity } from '../../model/span-identity';
import { exceptionAttributes } from '../exception';
import { textOf } from '../text';
import { identityKey } from './context-keys';
import { limitedAttributes, limitedValue, tellUnreadable } from './limits';
import type { OpenSpan, OpenSpans } from './open-spans';
import { epochMillis, isTimeInput } from './time-input';

const unset = 0;
const ok = 1;
const error = 2;
const noItems: never[] = [];
const unsetStatus: SpanStatus = { code: unset };

/** What most spans do not have. */
interface SpanDetails {
  status: SpanStatus;
  droppedAttributesCount: number;
  events: EndedSpanEvent[];
  droppedEventsCount: number;
  links: EndedSpanLink[];
  droppedLinksCount: number;
}

const noDetails = createDetails();

function createDetails(): SpanDetails {
  return {
    status: unsetStatus,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
  };
}

/** What all spans share. */
export interface SpanSurroundings {
  readonly limits: SpanLimits;
  readonly sink: SpanSink;
  /** Follows the spans that have not ended; nobody does if it is missing. */
  readonly openSpans?: OpenSpans | undefined;
  /** Gets what {@link Span.recordException} records; without it, that is a span event. */
  readonly exceptions?: ExceptionSink | undefined;
}

/** What all spans of a tracer share: one field of each, so that it costs each of them eight bytes. */
export interface SpanEnvironment extends SpanSurroundings {
  readonly scope: Scope;
}

/** On a span that the end of the process ended, since the program had not. */
export const unfinishedKey = 'otel_instrument.span.unfinished';

/**
 * A sampled span (OpenTelemetry API specification, "Span"). Until `end()` it collects; then it is handed to the sink as an
 * {@link EndedSpan} and, once that has been read, lets go of everything but its identity, since contexts may hold it for long.
 */
export class RecordingSpan implements Span, EndedSpan, OpenSpan, Lasting {
  endMillis = -1;
  attributes = createAttributes<AttributeValue>();
  private details = noDetails;
  older: OpenSpan | undefined = undefined;
  newer: OpenSpan | undefined = undefined;

  constructor(
    public environment: SpanEnvironment,
    public name: string,
    readonly kind: SpanKind,
    readonly context: SpanIdentity,
    readonly parent: SpanContext | undefined,
    readonly startMillis: number,
  ) {}

  spanContext(): SpanContext {
    return this[identityKey].toSpanContext();
  }

  get [identityKey](): SpanIdentity {
    return this.context;
  }

  isRecording(): boolean {
    return this.endMillis < 0;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.endMillis >= 0 || value === null || value === undefined || typeof key !== 'string' || key === '')
      return this;
    const { limits } = this.environment;
    const kept = limitedValue(value, limits.attributeValueLength);
    if (kept === undefined) return this;
    const { attributes } = this;
    const place = placeOf(attributes, key);
    if (attributes[place] !== undefined) attributes[place + 1] = kept;
    else if (place < 2 * limits.attributeCount) {
      attributes[place] = key;
      attributes[place + 1] = kept;
    } else this.ownDetails().droppedAttributesCount++;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    try {
      for (const key of Object.keys(attributes ?? {})) this.setAttribute(key, attributes[key]);
    } catch (error) {
      tellUnreadable(error);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.endMillis >= 0) return this;
    const { limits } = this.environment;
    const { events } = this.ownDetails();
    if (events.length >= limits.eventCount) {
      this.details.droppedEventsCount++;
      return this;
    }
    const hasTime = isTimeInput(attributesOrTime);
    const { attributes, dropped } = limitedAttributes(
      hasTime ? undefined : (attributesOrTime as Attributes | undefined),
      limits.eventAttributeCount,
      limits.attributeValueLength,
    );
    events.push({
      name: textOf(name),
      timeMillis: epochMillis(hasTime ? attributesOrTime : time),
      attributes,
      droppedAttributesCount: dropped,
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.endMillis >= 0 || !hasIds(link?.context)) return this;
    const { limits } = this.environment;
    const { links } = this.ownDetails();
    if (links.length >= limits.linkCount) {
      this.details.droppedLinksCount++;
      return this;
    }
    const { attributes, dropped } = limitedAttributes(
      link.attributes,
      limits.linkAttributeCount,
      limits.attributeValueLength,
    );
    links.push({ context: link.context, attributes, droppedAttributesCount: dropped });
    return this;
  }

  addLinks(links: Link[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link);
    return this;
  }

  /** `Ok` is final, `Unset` is ignored, and a description belongs to `Error` alone (specification, "Set Status"). */
  setStatus(status: SpanStatus): this {
    if (this.endMillis >= 0 || this.status.code === ok) return this;
    if (status?.code === ok) this.ownDetails().status = { code: ok };
    else if (status?.code === error) {
      this.ownDetails().status =
        typeof status.message === 'string' && status.message !== ''
          ? { code: error, message: status.message }
          : { code: error };
    }
    return this;
  }

  updateName(name: string): this {
    if (this.endMillis < 0) this.name = textOf(name);
    return this;
  }

  /** An `exception` event of the span or a log record of that name (semantic conventions, "Exceptions"). */
  recordException(exception: Exception, time?: TimeInput): void {
    if (this.endMillis >= 0) return;
    const attributes = exceptionAttributes(exception);
    if (attributes === undefined) return;
    const { exceptions } = this.environment;
    exceptions?.record(this.environment.scope, this.context, exception, epochMillis(time));
    if (!exceptions?.isExclusive) this.addEvent('exception', attributes as Attributes, time);
  }

  end(endTime?: TimeInput): void {
    if (this.endMillis >= 0) return;
    this.endMillis = Math.max(this.startMillis, epochMillis(endTime));
    this.environment.openSpans?.remove(this);
    if (!this.environment.sink(this)) this.letGo();
  }

  /** Lets go of everything: it is not recorded after all, and nobody is told of its end. */
  discard(): void {
    this.endMillis = this.startMillis;
    this.letGo();
  }

  /** The mark is set beyond the limit of attributes: without it the end time would pass for the program's. */
  endUnfinished(): void {
    if (this.endMillis >= 0) return;
    setAt(this.attributes, unfinishedKey, true);
    this.end();
  }

  /** Keeps its identity alone. */
  letGo(): void {
    this.attributes = noItems;
    this.details = noDetails;
  }

  get scope(): Scope {
    return this.environment.scope;
  }

  get status(): SpanStatus {
    return this.details.status;
  }

  get droppedAttributesCount(): number {
    return this.details.droppedAttributesCount;
  }

  get events(): readonly EndedSpanEvent[] {
    return this.details.events;
  }

  get droppedEventsCount(): number {
    return this.details.droppedEventsCount;
  }

  get links(): readonly EndedSpanLink[] {
    return this.details.links;
  }

  get droppedLinksCount(): number {
    return this.details.droppedLinksCount;
  }

  private ownDetails(): SpanDetails {
    if (this.details === noDetails) this.details = createDetails();
    return this.details;
  }
}

/** Ids of another form would make the whole request unreadable for a collector. */
function hasIds(context: SpanContext | undefined): boolean {
  return context instanceof SpanIdentity || (hexId(context?.traceId, 32) && hexId(context?.spanId, 16));
}

const notHex = /[^0-9a-f]/i;

function hexId(id: unknown, length: number): boolean {
  return typeof id === 'string' && id.length === length && !notHex.test(id);
}
