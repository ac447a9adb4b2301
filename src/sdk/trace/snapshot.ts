import type { AttributeValue } from '@opentelemetry/api';
import type { AttributeList } from '../../model/attribute-list';
import type { EndedSpan } from '../../model/ended-span';

/** A span as it was, whatever becomes of it; attributes may still be set. */
export interface Snapshot extends EndedSpan {
  readonly attributes: AttributeList<AttributeValue>;
}

/** Copies what a span holds: it goes on, or lets go of it when it has ended. */
export function snapshotOf(span: EndedSpan): Snapshot {
  const { scope, name, kind, context, parent, startMillis, endMillis, status } = span;
  const { attributes, droppedAttributesCount, events, droppedEventsCount, links, droppedLinksCount } = span;
  return {
    ...{ scope, name, kind, context, parent, startMillis, endMillis, status },
    ...{ attributes: [...attributes], droppedAttributesCount },
    ...{ events, droppedEventsCount, links, droppedLinksCount },
  };
}
