import type { Attributes } from '@opentelemetry/api';
import { Writer } from 'protobufjs/minimal';
import { log, messageOf } from '../../diag/log';
import type { EndedSpan } from '../../model/ended-span';
import type { Scope } from '../../model/span-data';
import type { Batch } from '../batch';
import { writeAttributes } from './common';
import { writeSpan } from './span';
import { type WriterBuffer, writeString } from './strings';

/** `ExportTraceServiceRequest` and what it holds (`opentelemetry/proto/trace/v1/trace.proto`). */
const request = { resourceSpans: (1 << 3) | 2 } as const;
const resourceSpans = { resource: (1 << 3) | 2, scopeSpans: (2 << 3) | 2 } as const;
const resourceMessage = { attributes: (1 << 3) | 2 } as const;
const scopeSpans = { scope: (1 << 3) | 2, spans: (2 << 3) | 2, schemaUrl: (3 << 3) | 2 } as const;
const scopeMessage = { name: (1 << 3) | 2, version: (2 << 3) | 2 } as const;

/** A tag and a length before an embedded message. */
const maxLengthBytes = 6;

Writer.initialBufferSize = 4096;

/** The resource as the field of `ResourceSpans`, encoded once for all batches. */
export function encodeResource(attributes: Attributes): Uint8Array {
  const writer = Writer.create().uint32(resourceSpans.resource).fork();
  writeAttributes(writer, resourceMessage.attributes, attributes);
  return writer.ldelim().finish();
}

/**
 * A batch that encodes each span when it is added, one Writer a scope, and keeps nothing but bytes.
 * @param resource - from {@link encodeResource}.
 * @param maxBytes - a span that would make the batch larger is refused.
 */
export function createTraceBatch(resource: Uint8Array, maxBytes: number): Batch<EndedSpan> {
  const writers = new Map<Scope, Writer>();
  let count = 0;
  let byteLength = resource.length + maxLengthBytes;

  return {
    get count() {
      return count;
    },
    get byteLength() {
      return byteLength;
    },
    add(span) {
      const known = writers.get(span.scope);
      const writer = known ?? startScope(span.scope);
      const start = writer.pos;
      if (!tryWriteSpan(writer, span)) return false;
      const added = known ? writer.pos - start : writer.pos + maxLengthBytes;
      if (byteLength + added > maxBytes) {
        writer.pos = start;
        return false;
      }
      if (!known) writers.set(span.scope, writer);
      byteLength += added;
      count++;
      return true;
    },
    encode: () => encodeRequest(resource, [...writers.values()]),
  };
}

/** A span that cannot be written costs itself alone: what was written of it is taken back. */
function tryWriteSpan(writer: Writer, span: EndedSpan): boolean {
  const start = writer.pos;
  try {
    writeSpan(writer, scopeSpans.spans, span);
    return true;
  } catch (error) {
    log.warnOnce(`a span cannot be encoded: ${messageOf(error)}`);
    writer.pos = start;
    (writer as unknown as WriterBuffer).states = null;
    return false;
  }
}

function startScope({ name, version, schemaUrl }: Scope): Writer {
  const writer = Writer.create().uint32(scopeSpans.scope).fork();
  writeString(writer, scopeMessage.name, name);
  if (version) writeString(writer, scopeMessage.version, version);
  writer.ldelim();
  if (schemaUrl) writeString(writer, scopeSpans.schemaUrl, schemaUrl);
  return writer;
}

function encodeRequest(resource: Uint8Array, scopes: readonly Writer[]): Uint8Array {
  const writer = Writer.create().uint32(request.resourceSpans).fork().raw(resource);
  for (const scope of scopes) writer.uint32(resourceSpans.scopeSpans).bytes(scope.finish(true));
  return writer.ldelim().finish();
}
