/**
 * Pure parsers for the values of settings, by the typing rules of the OpenTelemetry specification
 * (specification/configuration/sdk-environment-variables.md). A parser is never given an empty text, because empty means unset,
 * and it never throws.
 */
export { type Entities, type Entity, entityList } from './entities';
export { list, someOf } from './list';
export { integer, MAX_TIMER_MILLIS, ratio, timeoutMillis } from './number';
export { headers, resourceAttributes, type StringMap, serviceMapping } from './pairs';
export { bounded, MAX_SETTING_CHARS, type Parsed, type Parser, unexpected } from './parser';
export { headerPatterns, urlPatterns } from './pattern';
export { boolean, oneOf, string } from './text';
export { endpoint, signalUrl } from './url';
