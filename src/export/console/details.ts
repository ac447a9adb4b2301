import { SpanStatusCode } from '@opentelemetry/api';
import type { SpanData } from '../../model/span-data';
import { printable } from './text';

/** What a person wants to know of a span besides its name: how it ended and what it talked to. Values only. */
export function details(span: SpanData): string {
  const { attributes, name } = span;
  const found: string[] = [];
  const add = (value: unknown) => {
    if (value === undefined || value === '') return;
    const text = String(value);
    if (!found.includes(text) && !name.split(' ').includes(text) && name !== text) found.push(text);
  };
  add(attributes['http.response.status_code'] ?? attributes['db.response.status_code']);
  add(attributes['rpc.response.status_code'] ?? attributes['rpc.grpc.status_code']);
  add(attributes['error.type']);
  if (span.status.code === SpanStatusCode.ERROR) add(span.status.message);
  add(attributes['db.query.summary']);
  const batchSize = attributes['db.operation.batch.size'] ?? attributes['messaging.batch.message_count'];
  if (batchSize !== undefined) add(`×${batchSize}`);
  add(destination(span));
  return printable(found.join(' '));
}

function destination({ attributes }: SpanData): unknown {
  const { 'server.address': host, 'server.port': port } = attributes;
  return (
    attributes['messaging.destination.name'] ??
    attributes['url.full'] ??
    attributes['url.path'] ??
    (host !== undefined && port !== undefined ? `${host}:${port}` : host)
  );
}
