/** What an instrumentation may import. */
export { monotonicMillis } from '../model/clock';
export * from './define';
export { disguise } from './disguise';
export { interceptRead } from './intercept-read';
export { logIds, withLogIds } from './log-ids';
export { addEnvelope, type Fields } from './messaging/envelope';
export type { Observe, ObservedMetric } from './observed';
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
export { createDbPools, type DbPoolPoint } from './operations/db-metrics';
export { type HeaderSource, listedHeaders, plainHeaders } from './operations/http-capture';
export { type ClientTarget, httpClient } from './operations/http-client';
export { defaultPort, firstHeader, joinHostPort, splitHostPort } from './operations/http-common';
export { type OpenConnections, observeOpenConnections } from './operations/http-connections';
export { contentLength } from './operations/http-metrics';
export { httpServer, type ServerRequest } from './operations/http-server';
export {
  emitLogRecord,
  isLoggerPrinting,
  type LoggedRecord,
  messageText,
  printRecord,
} from './operations/log-record';
export { envelopeMode } from './operations/messaging-common';
export { messagingConsumer } from './operations/messaging-consumer';
export { type FieldsFor, messagingProducer, type Outgoing } from './operations/messaging-producer';
export { type RedisBatch, type RedisServer, redisClient } from './operations/redis-client';
export {
  recordRequestError,
  requestContext,
  type ServerSpan,
  serverSpanOf,
  setRoute,
} from './operations/server-span';
export { clientOptions, optionOf, sqlClientOptions } from './options';
export { createOwnWork } from './own-work';
export { PrivateField } from './private-field';
export { severityOfName, severityOfNumber } from './severity';
export { type Context, type KitMeter, telemetry } from './telemetry';
export { replaceMethod, wrapWithOperation } from './wrap-method';
