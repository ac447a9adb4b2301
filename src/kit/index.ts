/** What every instrumentation may import; what only one kind of library needs lies in http.ts, databases.ts, messaging.ts and logging.ts, and loads with it. */
export { monotonicMillis } from '../model/clock';
export * from './define';
export { disguise } from './disguise';
export { interceptRead } from './intercept-read';
export { lookUp } from './look-up';
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
export { type Context, type KitMeter, telemetry } from './telemetry';
export { replaceMethod, wrapWithOperation } from './wrap-method';
