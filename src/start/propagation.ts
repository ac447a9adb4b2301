import type { TextMapPropagator } from '@opentelemetry/api';
import type { Config } from '../config/config';

/** The propagators that the user named, in that order, loaded when they are first used. */
export function lazyPropagator(config: Config): TextMapPropagator {
  let loaded: TextMapPropagator | undefined;
  return {
    inject: (...args) => propagator().inject(...args),
    extract: (...args) => propagator().extract(...args),
    fields: () => propagator().fields(),
  };

  function propagator(): TextMapPropagator {
    if (loaded === undefined) {
      const { createPropagator } = require('./propagators') as typeof import('./propagators');
      loaded = createPropagator(config);
    }
    return loaded;
  }
}
