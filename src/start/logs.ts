import type { LoggerProvider } from '@opentelemetry/api';
import type { OwnSdk } from '../sdk/api-globals';
import { registerLogsApi } from '../sdk/logs/api-logs';
import type { StartEnvironment } from './environment';
import { lazySource } from './lazy-source';

/** The logger provider with its way to the exporters; `undefined` if nobody wants log records. The SDK is loaded when somebody asks for a logger. */
export function startLogs(environment: StartEnvironment, ownSdk: OwnSdk): LoggerProvider | undefined {
  const { config, deliveries, threads } = environment;
  const { processors, bridgesEvents } = config.logs;
  if (config.sdkDisabled || (processors.length === 0 && !bridgesEvents)) return undefined;
  const source = lazySource(deliveries, () => {
    const { createRecordSource } = require('./record-source') as typeof import('./record-source');
    return createRecordSource(environment);
  });
  threads.receive(
    'logs',
    processors,
    (record) => source().sink(record),
    () => source().hold(),
  );
  const provider: LoggerProvider = { getLogger: (...scope) => source().provider.getLogger(...scope) };
  registerLogsApi(provider, ownSdk);
  return provider;
}
