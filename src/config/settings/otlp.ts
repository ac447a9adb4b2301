import { otlpEndpoint } from '../otlp-endpoint';
import { boolean, headers, oneOf, string, timeoutMillis } from '../parsers';
import { noPairs, optional, setting } from './setting';

const protocol = oneOf(['http/protobuf', 'http/json', 'grpc']);
const compression = oneOf(['gzip', 'none']);

/** OTLP, for all signals. */
export const otlp = {
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    otlpEndpoint,
    'Sets the base URL of the OTLP collector, to which `/v1/traces` and the like are appended; otherwise http://localhost:4318, for gRPC http://localhost:4317.',
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
  otlpCertificate: optional(
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
    string,
    'Names a file in PEM with the certificates to trust; read again when it changes.',
  ),
  otlpClientKey: optional(
    'OTEL_EXPORTER_OTLP_CLIENT_KEY',
    string,
    'Names a file in PEM with the private key of the client certificate.',
  ),
  otlpClientCertificate: optional(
    'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    string,
    'Names a file in PEM with the certificate that is shown to the collector.',
  ),
  otlpInsecure: setting(
    'OTEL_EXPORTER_OTLP_INSECURE',
    boolean,
    false,
    'Leaves out TLS for gRPC where the endpoint has no scheme.',
  ),
};

/** OTLP for one signal, stronger than {@link otlp}. */
export type OtlpSignalSettings = ReturnType<typeof forSignal>;

function forSignal(signal: string, items: string) {
  const prefix = `OTEL_EXPORTER_OTLP_${signal}`;
  const overrides = (name: string) => `Overrides OTEL_EXPORTER_OTLP_${name} for ${items}.`;
  return {
    endpoint: optional(
      `${prefix}_ENDPOINT`,
      otlpEndpoint,
      `Sets the URL for ${items}, which is used as it is.`,
    ),
    protocol: optional(`${prefix}_PROTOCOL`, protocol, overrides('PROTOCOL')),
    headers: optional(`${prefix}_HEADERS`, headers, `Replaces OTEL_EXPORTER_OTLP_HEADERS for ${items}.`),
    timeout: optional(`${prefix}_TIMEOUT`, timeoutMillis, overrides('TIMEOUT')),
    compression: optional(`${prefix}_COMPRESSION`, compression, overrides('COMPRESSION')),
    certificate: optional(`${prefix}_CERTIFICATE`, string, overrides('CERTIFICATE')),
    clientKey: optional(`${prefix}_CLIENT_KEY`, string, overrides('CLIENT_KEY')),
    clientCertificate: optional(`${prefix}_CLIENT_CERTIFICATE`, string, overrides('CLIENT_CERTIFICATE')),
    insecure: optional(`${prefix}_INSECURE`, boolean, overrides('INSECURE')),
  };
}

/** The rows that each signal has of its own, stronger than the ones for all. */
export const otlpSignals = {
  traces: forSignal('TRACES', 'spans'),
  metrics: forSignal('METRICS', 'metrics'),
  logs: forSignal('LOGS', 'log records'),
};
