import { boolean, list, someOf, string } from '../parsers';
import { optional, setting } from './setting';

/** What is asked in every process before it is certain that anything else will be read: apart, so that the preload holds nothing more. */
export const first = {
  sdkDisabled: setting(
    'OTEL_SDK_DISABLED',
    boolean,
    false,
    'Switches all telemetry off; OTEL_PROPAGATORS still applies if set.',
  ),
  configFile: optional(
    'OTEL_CONFIG_FILE',
    string,
    'Names a declarative configuration file (docs/configuration-file.md); other variables are then not read.',
  ),
  propagators: setting(
    'OTEL_PROPAGATORS',
    someOf(['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'ottrace', 'xray']),
    ['tracecontext', 'baggage'],
    'Chooses the formats that carry context between processes.',
  ),
  dormantCommands: optional(
    'OTEL_NODE_DORMANT_COMMANDS',
    list,
    'Names the commands in whose processes nothing is traced, instead of npm, yarn, tsc, eslint and other tools; a list that begins with `+` adds to them.',
  ),
};
