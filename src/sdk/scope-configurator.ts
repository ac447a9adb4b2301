import type { Configurator } from '../config/config';
import type { Scope } from '../model/span-data';
import { wildcard } from './included-keys';

/** What the tracer, meter or logger of a scope does. */
export type ConfigOf<C> = (scope: Scope) => C;

/** Compiles the patterns of a configurator; it is asked once for each scope. */
export function scopeConfigurator<C>({ defaultConfig, matchers }: Configurator<C>): ConfigOf<C> {
  const patterns = matchers.map(({ name, config }) => ({ pattern: wildcard(name), config }));
  return ({ name }) =>
    (patterns.find(({ pattern }) => pattern.test(name)) ?? { config: defaultConfig }).config;
}
