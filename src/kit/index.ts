/** What an instrumentation may import. */
export * from './define';
export { disguise } from './disguise';
export { interceptRead } from './intercept-read';
export { addEnvelope, type Fields } from './messaging/envelope';
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
export { type ClientTarget, httpClient } from './operations/http-client';
export { defaultPort, firstHeader, joinHostPort, splitHostPort } from './operations/http-common';
export { httpServer, type ServerRequest } from './operations/http-server';
export { envelopeMode } from './operations/messaging-common';
export { messagingConsumer } from './operations/messaging-consumer';
export { type FieldsFor, messagingProducer, type Outgoing } from './operations/messaging-producer';
export { type RedisBatch, type RedisServer, redisClient } from './operations/redis-client';
export { recordRequestError, requestContext, setRoute } from './operations/server-span';
export { createOwnWork } from './own-work';
export { PrivateField } from './private-field';
export { telemetry } from './telemetry';
export { replaceMethod, wrapWithOperation } from './wrap-method';
