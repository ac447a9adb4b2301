import { list } from '../parsers';
import { setting } from './setting';

/** What instrumentations share: settings of an operation, not of one library. */
export const instrumentations = {
  httpKnownMethods: setting(
    'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    list,
    ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
    'Replaces the HTTP methods that are recorded by name; others become `_OTHER`.',
  ),
};
