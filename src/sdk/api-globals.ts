import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';

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
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

/**
 * Makes `implementation` the one that programs reach through `@opentelemetry/api`, whichever copies they load, before or
 * after. Parts that are taken already are left alone.
 * @param version - of the program's own copy: with just that one, the program can still register what we leave out (its metrics, its diagnostics).
 * @returns the names of the parts that someone else had registered.
 */
export function registerApiGlobals(
  implementation: Partial<ApiImplementation>,
  version = newestVersion,
): string[] {
  const globals = globalThis as { [globalKey]?: Record<string, unknown> };
  globals[globalKey] ??= { version };
  const api = globals[globalKey];
  const taken: string[] = [];
  for (const [name, part] of Object.entries(implementation)) {
    if (api[name] === undefined) api[name] = part;
    else taken.push(name);
  }
  return taken;
}
