import { entityList, oneOf, resourceAttributes, string } from '../parsers';
import { first } from './first';
import { count, noEntities, noLimit, noPairs, optional, setting } from './setting';

/** What concerns every signal. */
export const general = {
  sdkDisabled: first.sdkDisabled,
  serviceName: optional(
    'OTEL_SERVICE_NAME',
    string,
    'Sets `service.name`; otherwise it is the name in the nearest package.json.',
  ),
  resourceAttributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    resourceAttributes,
    noPairs,
    'Adds attributes to the resource.',
  ),
  entities: setting(
    'OTEL_ENTITIES',
    entityList,
    noEntities,
    'Names what the telemetry is about, `type{id=value}[description=value]@schema_url;...`; OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME are stronger.',
  ),
  configFile: first.configFile,
  logLevel: setting(
    'OTEL_LOG_LEVEL',
    oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
    'info',
    'Sets how much otel-instrument itself says on stderr.',
  ),
  propagators: first.propagators,
  attributeCount: setting(
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    count,
    128,
    'Limits the number of attributes of anything recorded.',
  ),
  attributeValueLength: setting(
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    count,
    noLimit,
    'Limits the length of attribute values, in characters.',
  ),
};
