import { boolean, entityList, oneOf, resourceAttributes, someOf, string } from '../parsers';
import { count, noEntities, noLimit, noPairs, optional, setting } from './setting';

/** What concerns every signal. */
export const general = {
  sdkDisabled: setting(
    'OTEL_SDK_DISABLED',
    boolean,
    false,
    'Switches all telemetry off; OTEL_PROPAGATORS still applies if set.',
  ),
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
  configFile: optional(
    'OTEL_CONFIG_FILE',
    string,
    'Names a declarative configuration file (docs/configuration-file.md); other variables are then not read.',
  ),
  logLevel: setting(
    'OTEL_LOG_LEVEL',
    oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
    'info',
    'Sets how much otel-instrument itself says on stderr.',
  ),
  propagators: setting(
    'OTEL_PROPAGATORS',
    someOf(['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'ottrace', 'xray']),
    ['tracecontext', 'baggage'],
    'Chooses the formats that carry context between processes.',
  ),
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
