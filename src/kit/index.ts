/** What an instrumentation may import. */
export * from './define';
export {
  type Active,
  type Call,
  errorMessage,
  errorType,
  type Operation,
  read,
  reportFailure,
  set,
} from './operation';
export { dbClient } from './operations/db-client';
export { httpClient } from './operations/http-client';
export { firstHeader, splitHostPort } from './operations/http-common';
export { httpServer, recordRequestError, type ServerRequest, setRoute } from './operations/http-server';
export { telemetry } from './telemetry';
export { replaceMethod } from './wrap-method';
