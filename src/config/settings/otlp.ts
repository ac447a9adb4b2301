import { endpoint, headers, oneOf, timeoutMillis } from '../parsers';
import { noPairs, optional, setting } from './setting';

const protocol = oneOf(['http/protobuf']);
const compression = oneOf(['gzip', 'none']);

/** OTLP, for all signals. */
export const otlp = {
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    endpoint,
    'http://localhost:4318',
    'Sets the base URL of the OTLP collector; `/v1/traces` and the like are appended.',
  ),
  otlpProtocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    protocol,
    'http/protobuf',
    'Sets the OTLP transport and encoding.',
  ),
  otlpHeaders: setting('OTEL_EXPORTER_OTLP_HEADERS', headers, noPairs, 'Adds headers to every OTLP request.'),
  otlpTimeout: setting(
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    timeoutMillis,
    10_000,
    'Sets the milliseconds that one batch may take, retries included.',
  ),
  otlpCompression: setting(
    'OTEL_EXPORTER_OTLP_COMPRESSION',
    compression,
    'none',
    'Compresses OTLP requests.',
  ),
};

/** OTLP for one signal, stronger than {@link otlp}. */
export type OtlpSignalSettings = ReturnType<typeof forSignal>;

function forSignal(signal: string, items: string) {
  const prefix = `OTEL_EXPORTER_OTLP_${signal}`;
  const overrides = (name: string) => `Overrides OTEL_EXPORTER_OTLP_${name} for ${items}.`;
  return {
    endpoint: optional(`${prefix}_ENDPOINT`, endpoint, `Sets the URL for ${items}, which is used as it is.`),
    protocol: optional(`${prefix}_PROTOCOL`, protocol, overrides('PROTOCOL')),
    headers: optional(`${prefix}_HEADERS`, headers, `Replaces OTEL_EXPORTER_OTLP_HEADERS for ${items}.`),
    timeout: optional(`${prefix}_TIMEOUT`, timeoutMillis, overrides('TIMEOUT')),
    compression: optional(`${prefix}_COMPRESSION`, compression, overrides('COMPRESSION')),
  };
}

export const otlpSignals = {
  traces: forSignal('TRACES', 'spans'),
  metrics: forSignal('METRICS', 'metrics'),
  logs: forSignal('LOGS', 'log records'),
};
