import type { Attributes } from '@opentelemetry/api';
import { log, messageOf } from '../../diag/log';
import type { EncodedItem } from '../../model/encoded-item';
import { type EntityRef, entityRefsOf, isResourceComplete, schemaUrlOf } from '../../model/resource';
import type { Scope } from '../../model/span-data';
import type { Batch } from '../batch';
import { writeAttributes } from './common';
import { varintLength } from './long-message';
import { giveBack, takeWriter } from './spare-writers';
import { type WriterBuffer, writeString } from './strings';
import { Writer } from './writer';

/**
 * `ExportTraceServiceRequest`, `ExportLogsServiceRequest`, `ExportMetricsServiceRequest` and what they hold: the fields have the same numbers for
 * every signal (`opentelemetry/proto/trace/v1/trace.proto` and its siblings).
 */
const request = { resourceItems: (1 << 3) | 2 } as const;
const resourceItems = { resource: (1 << 3) | 2, scopeItems: (2 << 3) | 2, schemaUrl: (3 << 3) | 2 } as const;
const resourceMessage = { attributes: (1 << 3) | 2, entityRefs: (3 << 3) | 2 } as const;
const entityRef = {
  schemaUrl: (1 << 3) | 2,
  type: (2 << 3) | 2,
  idKeys: (3 << 3) | 2,
  descriptionKeys: (4 << 3) | 2,
} as const;
/** `ScopeSpans`, `ScopeLogs` and `ScopeMetrics`. */
export const scopeItems = { scope: (1 << 3) | 2, items: (2 << 3) | 2, schemaUrl: (3 << 3) | 2 } as const;
const scopeMessage = { name: (1 << 3) | 2, version: (2 << 3) | 2 } as const;

/** A tag and a length before an embedded message. */
const maxLengthBytes = 6;

/** The resource, and the URL of its schema, as the fields of `ResourceSpans` and its siblings. */
export interface EncodedResource {
  readonly bytes: Uint8Array;
}

/** Encodes the resource once for all batches, as soon as it is complete; until then as far as it is known. */
export function encodeResource(attributes: Attributes): EncodedResource {
  let complete: Uint8Array | undefined;
  return {
    get bytes() {
      if (complete) return complete;
      const bytes = encodeResourceField(attributes);
      if (isResourceComplete()) complete = bytes;
      return bytes;
    },
  };
}

function encodeResourceField(attributes: Attributes): Uint8Array {
  const writer = Writer.create().uint32(resourceItems.resource).fork();
  writeAttributes(writer, resourceMessage.attributes, attributes);
  for (const ref of entityRefsOf(attributes)) writeEntityRef(writer, ref);
  writer.ldelim();
  const schemaUrl = schemaUrlOf(attributes);
  if (schemaUrl) writeString(writer, resourceItems.schemaUrl, schemaUrl);
  return writer.finish();
}

function writeEntityRef(writer: Writer, { schemaUrl, type, idKeys, descriptionKeys }: EntityRef): void {
  writer.uint32(resourceMessage.entityRefs).fork();
  if (schemaUrl) writeString(writer, entityRef.schemaUrl, schemaUrl);
  writeString(writer, entityRef.type, type);
  for (const key of idKeys) writeString(writer, entityRef.idKeys, key);
  for (const key of descriptionKeys) writeString(writer, entityRef.descriptionKeys, key);
  writer.ldelim();
}

/** Writes an item as the embedded message of the field `tag`; may throw. */
export type WriteItem<T> = (writer: Writer, tag: number, item: T) => void;

/**
 * A batch that encodes each item when it is added, one Writer a scope, and keeps nothing but bytes.
 * @param resource - from {@link encodeResource}.
 * @param maxBytes - an item that would make the batch larger is refused.
 */
export function createScopedBatch<T extends { readonly scope: Scope }>(
  resource: EncodedResource,
  maxBytes: number,
  writeItem: WriteItem<T>,
): Batch<T | EncodedItem> {
  const writers = new Map<Scope, Writer>();
  // Accessors would give every batch a hidden class of its own.
  const batch = {
    count: 0,
    byteLength: resource.bytes.length + maxLengthBytes,
    add,
    encode: () => encodeRequest(resource.bytes, [...writers.values()]),
  };
  return batch;

  function add(item: T | EncodedItem): boolean {
    const known = writers.get(item.scope);
    const writer = known ?? startScope(item.scope);
    const start = writer.pos;
    if (!tryWrite(writer, item)) return false;
    const added = known ? writer.pos - start : writer.pos + maxLengthBytes;
    if (batch.byteLength + added > maxBytes) {
      writer.pos = start;
      return false;
    }
    if (!known) writers.set(item.scope, writer);
    batch.byteLength += added;
    batch.count++;
    return true;
  }

  /** An item that cannot be written costs itself alone: what was written of it is taken back. */
  function tryWrite(writer: Writer, item: T | EncodedItem): boolean {
    const start = writer.pos;
    try {
      const { encoded } = item as Partial<EncodedItem>;
      if (encoded === undefined) writeItem(writer, scopeItems.items, item as T);
      else writer.raw(encoded);
      return true;
    } catch (error) {
      log.warnOnce(`telemetry cannot be encoded: ${messageOf(error)}`);
      writer.pos = start;
      (writer as unknown as WriterBuffer).states = null;
      return false;
    }
  }
}

function startScope({ name, version, schemaUrl }: Scope): Writer {
  const writer = takeWriter().uint32(scopeItems.scope).fork();
  writeString(writer, scopeMessage.name, name);
  if (version) writeString(writer, scopeMessage.version, version);
  writer.ldelim();
  if (schemaUrl) writeString(writer, scopeItems.schemaUrl, schemaUrl);
  return writer;
}

/** Copies the scopes' bytes behind the resource's, and gives their Writers back. */
function encodeRequest(resource: Uint8Array, scopes: readonly Writer[]): Uint8Array {
  let length = resource.length;
  for (const { pos } of scopes) length += 1 + varintLength(pos) + pos;
  const writer = takeWriter().uint32(request.resourceItems).uint32(length).raw(resource);
  for (const scope of scopes) {
    writer.uint32(resourceItems.scopeItems).bytes(scope.finish(true));
    giveBack(scope);
  }
  const body = writer.finish();
  giveBack(writer);
  return body;
}
