import type { LoggerProvider } from '@opentelemetry/api';
import type { OwnSdk } from '../api-globals';

/** Where every copy of `@opentelemetry/api-logs`, the logs API before `@opentelemetry/api` 1.10, looks for the implementation. */
const globalKey = Symbol.for('io.opentelemetry.js.api.logs');

/** That API asks for a version of the interface; it has had no other since its first release. */
const interfaceVersion = 1;

type GetProvider = (version: number) => LoggerProvider;

/**
 * Gives `@opentelemetry/api-logs` its implementation, unless it has one already. A program that registers its own may do so: the API looks first
 * whether one is there, in a function whose name tells this look from all others, and then is not shown ours.
 */
export function registerLogsApi(provider: LoggerProvider, ownSdk: OwnSdk): void {
  const globals = globalThis as { [globalKey]?: GetProvider };
  if (globals[globalKey] !== undefined) return;
  let current: GetProvider | undefined = (version) =>
    version === interfaceVersion ? provider : noopProvider;
  let isOurs = true;
  Object.defineProperty(globals, globalKey, {
    configurable: true,
    enumerable: true,
    get() {
      return isOurs && ownSdk.mayReplace && isRegistering() ? undefined : current;
    },
    set(value: GetProvider | undefined) {
      current = value;
      isOurs = false;
      ownSdk.onRegistered('logs', true);
    },
  });
}

const noopProvider: LoggerProvider = {
  getLogger: () => ({ emit() {}, enabled: () => false }),
};

/** Whether the API's `setGlobalLoggerProvider` is looking: its name is the one of our getter's caller. */
function isRegistering(): boolean {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 3;
  const stack = String(new Error().stack);
  Error.stackTraceLimit = limit;
  return stack.includes('setGlobalLoggerProvider');
}
