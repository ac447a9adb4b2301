import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';

/** Where every 1.x copy of `@opentelemetry/api` looks for the implementation. */
const globalKey = Symbol.for('opentelemetry.js.api.1');

/**
 * A copy of the API reads a global only if its minor version is not below its own, and silently does nothing otherwise.
 * What it reads through has not changed since 1.0, so ours claims the newest minor there can be (tried with 1.0 to 1.10).
 */
const version = '1.999.0';

/** The parts of the API that we implement. */
export interface ApiImplementation {
  readonly trace: TracerProvider;
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

/**
 * Makes `implementation` the one that programs reach through `@opentelemetry/api`, whichever copies they load, before or
 * after. Parts that are taken already are left alone.
 * @returns the names of the parts that someone else had registered.
 */
export function registerApiGlobals(implementation: Partial<ApiImplementation>): string[] {
  const globals = globalThis as { [globalKey]?: Record<string, unknown> };
  globals[globalKey] ??= {};
  const api = globals[globalKey];
  api.version = version;
  const taken: string[] = [];
  for (const [name, part] of Object.entries(implementation)) {
    if (api[name] === undefined) api[name] = part;
    else taken.push(name);
  }
  return taken;
}
