import { list, oneOf } from '../parsers';
import { millis, optional, setting } from './setting';

/** What only this agent, or every agent for Node.js, has. */
export const node = {
  enabledInstrumentations: optional(
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    list,
    'Names the only instrumentations to use; `*` and unset mean all.',
  ),
  disabledInstrumentations: setting(
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    list,
    [],
    'Names instrumentations not to use, also among the enabled ones; `*` means all.',
  ),
  messagingEnvelope: setting(
    'OTEL_NODE_MESSAGING_ENVELOPE',
    oneOf(['none', 'metadata.otel', 'metadata.otel+wrap']),
    'none',
    'Carries context inside JSON messages, for brokers and bridges that lose headers.',
  ),
  exitTimeout: setting(
    'OTEL_NODE_EXIT_TIMEOUT',
    millis,
    500,
    'Sets the milliseconds that the end of the process may take longer to deliver telemetry.',
  ),
};
