import { list, oneOf, someOf, string } from '../parsers';
import { detectorNames, resourceDetectors } from '../resource-detectors';
import { first } from './first';
import { millis, optional, setting, size } from './setting';

/** What only this agent, or every agent for Node.js, has. */
export const node = {
  resourceDetectors: setting(
    'OTEL_NODE_RESOURCE_DETECTORS',
    resourceDetectors,
    detectorNames,
    'Chooses what is found out for the resource; secrets in command-line arguments (`process`) are redacted.',
  ),
  resourceTimeout: setting(
    'OTEL_NODE_RESOURCE_TIMEOUT',
    millis,
    1000,
    'Sets the milliseconds that the first export waits for what metadata services of clouds say; with 0 none is asked.',
  ),
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
  propagationHosts: optional(
    'OTEL_NODE_PROPAGATION_HOSTS',
    list,
    'Names the only hosts that get trace headers and baggage, with `*` for any characters; unset, all get the former, those of the own network also the latter.',
  ),
  remoteParent: setting(
    'OTEL_NODE_REMOTE_PARENT',
    oneOf(['trust', 'link', 'ignore']),
    'trust',
    'Says whether a trace that comes in with a request or a message is continued, only linked to, or ignored.',
  ),
  ownSdk: setting(
    'OTEL_NODE_OWN_SDK',
    oneOf(['stand-down', 'keep']),
    'stand-down',
    'Says what happens when the program brings an SDK or agent of its own: this one gives way, or stays (`keep`).',
  ),
  envCarrier: setting(
    'OTEL_NODE_ENV_CARRIER',
    someOf(['in', 'out']),
    ['in', 'out'],
    'Says whether context comes `in` by TRACEPARENT, TRACESTATE and BAGGAGE of this process, and goes `out` by those of the processes that it starts.',
  ),
  dormantCommands: first.dormantCommands,
  exporterFile: setting(
    'OTEL_NODE_EXPORTER_FILE',
    string,
    'telemetry.jsonl',
    'Names the files that the exporter `otlp/file` appends to: `{signal}` stands for traces, metrics or logs, by default before the extension.',
  ),
  exitTimeout: setting(
    'OTEL_NODE_EXIT_TIMEOUT',
    millis,
    500,
    'Sets the milliseconds that the end of the process may take longer to deliver telemetry.',
  ),
  spoolDirectory: optional(
    'OTEL_NODE_SPOOL_DIRECTORY',
    string,
    'Names a directory that keeps what could not be delivered, until the collector is back or the next run; a directory of its own, since its files are sent.',
  ),
  spoolMaxBytes: setting(
    'OTEL_NODE_SPOOL_MAX_BYTES',
    size,
    64 * 1024 * 1024,
    'Sets how many bytes OTEL_NODE_SPOOL_DIRECTORY holds; the oldest files give way.',
  ),
};
