import type { ContextManager, LoggerProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { delegatingTracerProvider } from './delegating-tracer-provider';

/** Where every 1.x copy of `@opentelemetry/api` looks for the implementation. */
const globalKey = Symbol.for('opentelemetry.js.api.1');

/**
 * For programs that have several copies, or none that can be found. A copy of the API reads a global only if its minor version is not below its own,
 * and silently does nothing otherwise; what it reads through has not changed since 1.0 (tried with 1.0 to 1.10).
 */
const newestVersion = '1.999.0';

/** The parts of the API that we implement. */
export interface ApiImplementation {
  readonly trace: TracerProvider;
  /** Since 1.10 of the API. */
  readonly logs: LoggerProvider;
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

/** What becomes of a program that registers an SDK of its own. */
export interface OwnSdk {
  /** Whether its parts take the place of ours. */
  readonly mayReplace: boolean;
  /** Called when it registers a part (`trace`, `metrics`, ...), with whether it has got its place. */
  onRegistered(part: string, isReplaced: boolean): void;
}

const noOwnSdk: OwnSdk = { mayReplace: false, onRegistered() {} };

/** These belong to whoever makes the spans: context managers are registered by programs without an SDK too, and then ours has to stay. */
const withTrace: readonly string[] = ['context', 'propagation'];

/**
 * Makes `implementation` the one that programs reach through `@opentelemetry/api`, whichever copies they load, before or after. Parts that are taken
 * already are left alone.
 *
 * The API refuses to register what it finds registered. But every version of it begins a registration by assigning to the global, which it does
 * nowhere else (`global-utils` of 1.0 to 1.10): so that assignment announces one, and the part that is asked for next is not shown.
 *
 * @param version - of the program's own copy: with just that one, the program can still register what we leave out (its metrics, its diagnostics).
 * @returns the names of the parts that someone else had registered.
 */
export function registerApiGlobals(
  implementation: Partial<ApiImplementation>,
  version = newestVersion,
  ownSdk = noOwnSdk,
): string[] {
  const globals = globalThis as { [globalKey]?: Record<string, unknown> };
  const existing = globals[globalKey];
  const api = existing ?? {};
  const replaced = new Set<string>();
  const waiting = new Map<string, unknown>();
  const tracers = implementation.trace && delegatingTracerProvider(implementation.trace);
  const parts: Record<string, unknown> = { ...implementation, ...(tracers && { trace: tracers }) };
  let isRegistering = false;
  /** The part whose registration is under way. */
  let asked: string | undefined;

  if (existing === undefined)
    define(api, 'version', () => (isRegistering ? versionToRegister(version) : version));
  const taken = Object.keys(parts).filter((name) => api[name] !== undefined);
  for (const name of Object.keys(parts)) if (!taken.includes(name)) define(api, name, () => get(name), set);
  // A program that finds a part taken may switch it off and try again.
  const seen = ownSdk.mayReplace ? api : new Proxy(api, { deleteProperty: keepParts });
  define(globals, globalKey, getApi, announce);
  return taken;

  function define(
    target: object,
    key: PropertyKey,
    read: () => unknown,
    write?: (part: unknown, key: string) => void,
  ): void {
    Object.defineProperty(target, key, {
      configurable: true,
      enumerable: true,
      get: read,
      set: (part) => write?.(part, String(key)),
    });
  }

  /** Every use of the API begins here, so what is left of a registration has failed, or went past us to a part that was deleted before. */
  function getApi(): unknown {
    if (isRegistering) {
      isRegistering = false;
      const registered = asked;
      asked = undefined;
      if (registered !== undefined) ownSdk.onRegistered(registered, false);
      else for (const name of Object.keys(parts)) adopt(name, Object.getOwnPropertyDescriptor(api, name));
    }
    return seen;
  }

  function announce(value: unknown): void {
    if (value === seen) isRegistering = true;
    else
      Object.defineProperty(globals, globalKey, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
  }

  function get(name: string): unknown {
    if (!isRegistering || replaced.has(name)) return parts[name];
    asked = withTrace.includes(name) ? undefined : name;
    return ownSdk.mayReplace ? undefined : parts[name];
  }

  function adopt(name: string, descriptor: PropertyDescriptor | undefined): void {
    if (taken.includes(name) || replaced.has(name) || descriptor?.value === undefined) return;
    replace(name, descriptor.value);
  }

  function keepParts(target: object, name: string | symbol): boolean {
    return Object.hasOwn(parts, name) || Reflect.deleteProperty(target, name);
  }

  function set(part: unknown, name: string): void {
    asked = undefined;
    if (withTrace.includes(name) && !replaced.has('trace')) waiting.set(name, part);
    else replace(name, part);
  }

  function replace(name: string, part: unknown): void {
    parts[name] = part;
    replaced.add(name);
    if (name === 'trace') {
      // Tracers that the program got before are ours, and are its own from now on.
      tracers?.delegateTo(part as TracerProvider);
      for (const [other, given] of waiting) replace(other, given);
    }
    ownSdk.onRegistered(name, true);
  }
}

function versionToRegister(version: string): string {
  const { callingApiVersion } = require('./calling-api-version') as typeof import('./calling-api-version');
  return callingApiVersion() ?? version;
}
