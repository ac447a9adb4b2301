import { boolean, headerPatterns, list, serviceMapping, string, urlPatterns } from '../parsers';
import { alsoNamed, optional, setting } from './setting';

const captured = (whose: string) =>
  `Names the ${whose} headers that are recorded, exactly or by regular expressions.`;

/** What instrumentations share: settings of an operation, not of one library. */
export const instrumentations = {
  httpKnownMethods: setting(
    'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    list,
    ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
    'Replaces the HTTP methods that are recorded by name; others become `_OTHER`.',
  ),
  serverRequestHeaders: alsoNamed(
    optional(
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS',
      headerPatterns,
      captured("server's request"),
    ),
    'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST',
  ),
  serverResponseHeaders: alsoNamed(
    optional(
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS',
      headerPatterns,
      captured("server's response"),
    ),
    'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_RESPONSE',
  ),
  clientRequestHeaders: alsoNamed(
    optional(
      'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS',
      headerPatterns,
      captured("client's request"),
    ),
    'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST',
  ),
  clientResponseHeaders: alsoNamed(
    optional(
      'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS',
      headerPatterns,
      captured("client's response"),
    ),
    'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE',
  ),
  secretHeaders: setting(
    'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS',
    headerPatterns,
    headerPatterns.parse('.*authorization.*,.*cookie.*,.*api-?key.*,.*token.*,.*secret.*,.*password.*')
      .value!,
    'Names the recorded headers whose values become `REDACTED`, exactly or by regular expressions.',
  ),
  excludedUrls: optional(
    'OTEL_NODE_EXCLUDED_URLS',
    urlPatterns,
    'Names URLs by regular expressions, searched in the whole and in path and query alone: requests to them, served or sent, are not recorded, nor what is done for them.',
  ),
  sensitiveQueryParameters: optional(
    'OTEL_INSTRUMENTATION_SANITIZATION_URL_EXPERIMENTAL_SENSITIVE_QUERY_PARAMETERS',
    list,
    'Replaces the query parameters whose values become `REDACTED` in URLs.',
  ),
  querySanitization: alsoNamed(
    setting(
      'OTEL_INSTRUMENTATION_COMMON_DB_QUERY_SANITIZATION_ENABLED',
      boolean,
      true,
      'Replaces literals in recorded database queries by `?`.',
    ),
    'OTEL_INSTRUMENTATION_COMMON_DB_STATEMENT_SANITIZER_ENABLED',
  ),
  serviceMapping: optional(
    'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING',
    serviceMapping,
    'Names the services behind hosts, for `server.service.name` of spans of clients.',
  ),
  messagingHeaders: optional(
    'OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_CAPTURE_HEADERS',
    list,
    'Names the message headers that are recorded.',
  ),
  logTraceIdKey: setting(
    'OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_ID_KEY',
    string,
    'trace_id',
    "Names the field of the program's own JSON log records that gets the trace id.",
  ),
  logSpanIdKey: setting(
    'OTEL_INSTRUMENTATION_COMMON_LOGGING_SPAN_ID_KEY',
    string,
    'span_id',
    "Names the field of the program's own JSON log records that gets the span id.",
  ),
  logTraceFlagsKey: setting(
    'OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_FLAGS_KEY',
    string,
    'trace_flags',
    "Names the field of the program's own JSON log records that gets the trace flags.",
  ),
};
