import type { Attributes } from '@opentelemetry/api';

/** An entity that the attributes of a resource describe (`EntityRef` of OTLP): the keys that identify it, and others. */
export interface EntityRef {
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys: readonly string[];
  readonly schemaUrl?: string | undefined;
}

const entityRefs = new WeakMap<Attributes, readonly EntityRef[]>();

/** Says which entities the attributes of a resource describe: they go along with it to the encoder. */
export function setEntityRefs(resource: Attributes, refs: readonly EntityRef[]): void {
  entityRefs.set(resource, refs);
}

/** Those of {@link setEntityRefs}; none of other objects. */
export function entityRefsOf(resource: Attributes): readonly EntityRef[] {
  return entityRefs.get(resource) ?? [];
}

const schemaUrls = new WeakMap<Attributes, string>();

/** Says which schema the attributes of a resource follow: it goes along with them to the encoder. */
export function setSchemaUrl(resource: Attributes, url: string): void {
  schemaUrls.set(resource, url);
}

/** That of {@link setSchemaUrl}. */
export function schemaUrlOf(resource: Attributes): string | undefined {
  return schemaUrls.get(resource);
}

/**
 * Whether the resource of this process is complete. Some of it may be on its way from a metadata service of the cloud when there already is something
 * to export; the first batch waits for that, a bounded time. There is one resource in a process, and so one such state.
 */
let waiting: Set<() => void> | undefined;

/** Whether nothing is on its way any more: what has not come by then is left out. */
export function isResourceComplete(): boolean {
  return waiting === undefined;
}

/** Calls `fn` once when the resource is complete; at once if it is. The same function given twice is called once. */
export function whenResourceComplete(fn: () => void): void {
  if (waiting) waiting.add(fn);
  else fn();
}

/**
 * Makes the resource incomplete until the function that is returned is called.
 */
export function awaitResource(): () => void {
  const mine = new Set<() => void>();
  waiting = mine;
  return () => {
    if (waiting !== mine) return;
    waiting = undefined;
    for (const fn of mine) fn();
  };
}
