import type { BatchConfig, FileConfig, OtlpConfig, SpoolConfig, ZipkinConfig } from '../config/config';
import { withAdvice } from './advice';
import type { Batch } from './batch';
import { createExporter, type Exporter } from './exporter';
import type { Transport } from './outcome';
import type { Spool } from './spool/spool';
import { transcoded } from './transcode';

/** Bytes of encoded items held at the most. */
const maxQueueBytes = 16 * 1024 * 1024;
/** Bytes of one request; the OTLP specification's limit is 64 MiB. */
export const maxBatchBytes = 4 * 1024 * 1024;

/** A "simple" processor: every item leaves at once. */
const oneByOne: BatchConfig = {
  scheduleDelayMillis: 0,
  exportTimeoutMillis: 30_000,
  maxQueueSize: 2048,
  maxExportBatchSize: 1,
};

/** What differs from signal to signal. */
export interface OtlpExporterOptions<T> {
  /** What is exported, in the plural, for messages: `spans`. */
  readonly items: string;
  readonly exporter: OtlpConfig | FileConfig | ZipkinConfig;
  readonly batch: BatchConfig | undefined;
  readonly createBatch: () => Batch<T>;
  readonly userAgent: string;
  /** Called when nothing waits any more. */
  readonly onDrained: () => void;
  /** See {@link ExporterOptions.mayKeep}. */
  readonly mayKeep?: boolean;
}

/** An exporter that sends batches of what is encoded as OTLP. */
export function createOtlpExporter<T>(options: OtlpExporterOptions<T>): Exporter<T> {
  const { items, exporter, batch = oneByOne, createBatch, onDrained, mayKeep } = options;
  const { timeoutMillis = batch.exportTimeoutMillis, spool } = exporter as Partial<OtlpConfig>;
  return createExporter({
    items,
    endpoint: nameOf(exporter),
    componentType: componentType(exporter, items),
    transport: createTransport(exporter, options.userAgent),
    createBatch,
    ...batch,
    exportTimeoutMillis: Math.min(batch.exportTimeoutMillis, timeoutMillis),
    maxBatchBytes,
    maxQueueBytes,
    spool: spool && openSpool(spool),
    onDrained,
    mayKeep,
  });
}

/** Values of `otel.component.type` (semantic conventions, "SDK metrics"). */
function componentType(exporter: OtlpConfig | FileConfig | ZipkinConfig, items: string): string {
  const item = items === 'log records' ? 'log' : items.replace(/s$/, '');
  if (exporter.kind !== 'otlp')
    return `${exporter.kind === 'zipkin' ? 'zipkin_http' : 'otlp_file'}_${item}_exporter`;
  const ways = { grpc: 'otlp_grpc', 'http/json': 'otlp_http_json', 'http/protobuf': 'otlp_http' } as const;
  return `${ways[exporter.protocol]}_${item}_exporter`;
}

function openSpool(spool: SpoolConfig): Spool {
  const { createSpool } = require('./spool/spool') as typeof import('./spool/spool');
  return createSpool(spool);
}

/** The way to the collector, by its protocol; or into a file. */
function createTransport(exporter: OtlpConfig | FileConfig | ZipkinConfig, userAgent: string): Transport {
  switch (exporter.kind) {
    case 'file':
      return createFile(exporter);
    case 'zipkin':
      return createZipkin(exporter, userAgent);
    case 'otlp':
      return withAdvice(createOtlp(exporter, userAgent), exporter);
  }
}

function createOtlp(otlp: OtlpConfig, userAgent: string): Transport {
  if (otlp.protocol === 'grpc') {
    const { createGrpcTransport } = require('./transport/grpc') as typeof import('./transport/grpc');
    return createGrpcTransport(otlp, otlp.signal, userAgent);
  }
  const { createHttpTransport } = require('./transport/http') as typeof import('./transport/http');
  if (otlp.protocol === 'http/protobuf') return createHttpTransport(otlp, userAgent);
  const { requestAsJson } = require('./otlp/json-request') as typeof import('./otlp/json-request');
  const transport = createHttpTransport({ ...otlp, contentType: 'application/json' }, userAgent);
  return transcoded(transport, (request) => requestAsJson(otlp.signal, request));
}

function createZipkin(zipkin: ZipkinConfig, userAgent: string): Transport {
  const { createHttpTransport } = require('./transport/http') as typeof import('./transport/http');
  const { zipkinSpans } = require('./zipkin/zipkin-spans') as typeof import('./zipkin/zipkin-spans');
  const target = { ...zipkin, headers: {}, compression: 'none', contentType: 'application/json' } as const;
  return transcoded(createHttpTransport(target, userAgent), (request) =>
    JSON.stringify(zipkinSpans(request)),
  );
}

function createFile({ signal, path }: FileConfig): Transport {
  const { createFileTransport } = require('./transport/file') as typeof import('./transport/file');
  return createFileTransport(signal, path);
}

/** For messages: without credentials, which may also stand in the query. */
function nameOf(exporter: OtlpConfig | FileConfig | ZipkinConfig): string {
  if (exporter.kind === 'file') return exporter.path ?? 'standard output';
  const { origin, pathname } = new URL(exporter.url);
  if (exporter.kind === 'otlp' && exporter.socketPath) return `unix://${exporter.socketPath}`;
  return exporter.kind === 'otlp' && exporter.protocol === 'grpc' ? origin : origin + pathname;
}
