import type { Outcome, Transport } from './outcome';

/** What an explanation may look at. */
interface Attempt {
  readonly isGrpc: boolean;
  readonly isSecure: boolean;
  readonly url: URL;
  /** Where the reason starts is its code: `HTTP 404`, `ECONNREFUSED`, `UNAUTHENTICATED`. */
  readonly reason: string;
}

type Advice = string | ((attempt: Attempt) => string);

const wantsTls = 'the port may want TLS; then the endpoint starts with https://';
const wantsNoTls = 'the port speaks no TLS; then the endpoint starts with http://';
const isGrpcPort =
  'the port speaks HTTP/2, as OTLP over gRPC does (usually port 4317); use the port of OTLP over HTTP (usually 4318), or OTEL_EXPORTER_OTLP_PROTOCOL=grpc';
const isHttpPort =
  'the port does not speak gRPC, perhaps OTLP over HTTP (usually port 4318); use the port of gRPC (usually 4317), or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf';
const wantsClientCertificate =
  'the server wants a certificate that it knows; see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY';
const unknownAuthority =
  'nobody known here has signed its certificate; OTEL_EXPORTER_OTLP_CERTIFICATE names an authority to trust';

/** What to look at first, by what was seen. The first row that matches is used; an empty text adds nothing. */
const table: readonly (readonly [seen: RegExp, advice: Advice])[] = [
  [/^ANSWERED_IN_HTTP2/, isGrpcPort],
  [/^(ERR_HTTP2_ERROR|ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL)/, isHttpPort],
  [/^(NO_GRPC_STATUS|HTTP \d+ and no gRPC)/, 'what answers there is no gRPC server'],
  [/^UNIMPLEMENTED/, 'what answers there does not take this signal by OTLP'],
  [/^(ANSWERED_IN_TLS|HTTP 400.*HTTPS)/, wantsTls],
  [/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)/, wantsNoTls],
  [/^(ECONNRESET|CONNECTION_CLOSED|socket hang up|connection closed)/i, adviceOnClosing],
  [/^HTTP 40[45]/, adviceOnPath],
  [/^HTTP 415/, 'the server does not take this encoding; see OTEL_EXPORTER_OTLP_PROTOCOL'],
  [/^(HTTP 401|UNAUTHENTICATED)/, 'credentials are missing or wrong; see OTEL_EXPORTER_OTLP_HEADERS'],
  [/^(HTTP 403|PERMISSION_DENIED)/, 'these credentials are not enough; see OTEL_EXPORTER_OTLP_HEADERS'],
  [
    /^(HTTP 407|proxy .* HTTP 407)/,
    'the proxy wants credentials; its variable takes http://user:password@host:port',
  ],
  [/^proxy /, 'see HTTP_PROXY, HTTPS_PROXY and NO_PROXY'],
  [
    /^HTTP 3\d\d to /,
    'redirects elsewhere are not followed, since headers may hold credentials; set the endpoint to where it leads',
  ],
  [/^(ENOTFOUND|ENODATA)/, ({ url }) => `no host is called ${url.hostname}; see OTEL_EXPORTER_OTLP_ENDPOINT`],
  [/^(EAI_AGAIN|ETIMEOUT)/, ({ url }) => `no name server answers for ${url.hostname}`],
  [/^ECONNREFUSED/, adviceOnPort],
  [/^ENOENT/, 'there is no such socket; is the collector running?'],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/, unknownAuthority],
  [/^ERR_TLS_CERT_ALTNAME_INVALID/, ({ url }) => `its certificate is not for ${url.hostname}`],
  [/^CERT_HAS_EXPIRED/, 'its certificate has expired'],
  [
    /^ERR_SSL_\w*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA)/,
    wantsClientCertificate,
  ],
];

/** A port of another protocol is closed when it is spoken to. */
function adviceOnClosing({ isSecure, isGrpc, url }: Attempt): string {
  if (isSecure) return '';
  return !isGrpc && url.port === '4317' ? isGrpcPort : wantsTls;
}

/** `/v1/traces/v1/traces`: a URL for one signal was given as the base of all. */
const doubledPath = /(\/v1\/(?:traces|metrics|logs))\/?\1/;

function adviceOnPath({ url, isGrpc }: Attempt): string {
  const doubled = doubledPath.exec(url.pathname)?.[1];
  if (isGrpc) return '';
  return doubled
    ? `the path is doubled; ${doubled} is appended to OTEL_EXPORTER_OTLP_ENDPOINT`
    : `nothing takes telemetry at ${url.pathname}; OTLP collectors do at /v1/traces, /v1/metrics and /v1/logs`;
}

function adviceOnPort({ url, isGrpc }: Attempt): string {
  const usual = isGrpc ? '4317' : '4318';
  const isUsualOfOther = url.port === (isGrpc ? '4318' : '4317');
  const hint = isUsualOfOther ? `; OTLP over ${isGrpc ? 'gRPC' : 'HTTP'} is usually at port ${usual}` : '';
  return `nothing listens there${hint}; is the collector running?`;
}

/** Puts words behind the reasons of what a transport could not send: what that may mean, and what to look at. */
export function withAdvice(transport: Transport, target: { url: string; protocol: string }): Transport {
  const url = new URL(target.url);
  const facts = { url, isGrpc: target.protocol === 'grpc', isSecure: url.protocol === 'https:' };
  return {
    ...transport,
    send: (body, timeoutMillis, done) =>
      transport.send(body, timeoutMillis, (outcome) => done(advised(outcome, facts))),
    sendSync: (body, budgetMillis) => advised(transport.sendSync(body, budgetMillis), facts),
  };
}

function advised(outcome: Outcome, facts: Omit<Attempt, 'reason'>): Outcome {
  if (outcome.kind === 'success') return outcome;
  const advice = adviceFor({ ...facts, reason: outcome.reason });
  return advice === '' ? outcome : { ...outcome, reason: `${outcome.reason}: ${advice}` };
}

function adviceFor(attempt: Attempt): string {
  const [, advice = ''] = table.find(([seen]) => seen.test(attempt.reason)) ?? [];
  return typeof advice === 'string' ? advice : advice(attempt);
}
