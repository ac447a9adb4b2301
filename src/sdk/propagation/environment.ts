import type { Context, TextMapGetter, TextMapPropagator } from '@opentelemetry/api';

/**
 * Environment variables as carriers of context (specification/context/env-carriers.md): the fields of propagators by names in upper case, with `_` for
 * what a variable's name may not hold.
 */
export function variableOf(field: string): string {
  return field.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}

const getter: TextMapGetter<NodeJS.ProcessEnv> = {
  get: (carrier, key) => carrier[variableOf(key)],
  keys: (carrier) => Object.keys(carrier),
};

/** What the variables of a process say of the context it was started in. */
export function extractFromEnvironment(
  propagator: TextMapPropagator,
  env: Readonly<NodeJS.ProcessEnv>,
  context: Context,
): Context {
  const isCarrier = propagator.fields().some((field) => env[variableOf(field)]);
  return isCarrier ? propagator.extract(context, env, getter) : context;
}

/**
 * Adds a context to the variables of a child. Those of another context, which the child would inherit from this process, are replaced; those that the
 * program gave it are left alone.
 * @param variables - `NAME=value` each; changed in place.
 * @param inherited - the variables of this process.
 */
export function injectIntoEnvironment(
  propagator: TextMapPropagator,
  context: Context,
  variables: string[],
  inherited: Readonly<NodeJS.ProcessEnv>,
): void {
  const names = new Set(propagator.fields().map(variableOf));
  const nameOf = (variable: string) => variable.slice(0, variable.indexOf('='));
  const given = variables.filter((variable) => names.has(nameOf(variable)));
  if (given.some((variable) => variable !== `${nameOf(variable)}=${inherited[nameOf(variable)]}`)) return;

  const own: Record<string, string> = Object.create(null);
  propagator.inject(context, own, {
    set(carrier, key, value) {
      carrier[variableOf(key)] = value;
    },
  });
  for (const variable of given) variables.splice(variables.indexOf(variable), 1);
  for (const [name, value] of Object.entries(own)) variables.push(`${name}=${value}`);
}
