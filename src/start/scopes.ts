import type { Configurator } from '../config/config';
import type { ConfigOf } from '../sdk/scope-configurator';

/** The configurator, ready to be asked; only a configuration file has one. */
export function configOf<C>(configurator: Configurator<C> | undefined): ConfigOf<C> | undefined {
  if (configurator === undefined) return undefined;
  const { scopeConfigurator } =
    require('../sdk/scope-configurator') as typeof import('../sdk/scope-configurator');
  return scopeConfigurator(configurator);
}
