import type { Delivery } from '../lifecycle/process-end';

/** What makes and exports one signal. */
export interface Source {
  readonly delivery: Delivery;
}

/**
 * A source that is made when it is first asked for: a process that makes no telemetry loads none of it.
 * @param deliveries - the end of the process goes through them.
 */
export function lazySource<S extends Source>(deliveries: Delivery[], create: () => S): () => S {
  let source: S | undefined;
  deliveries.push({
    hasWork: () => source?.delivery.hasWork() ?? false,
    flush: () => source?.delivery.flush(),
    finish: (budgetMillis) => source?.delivery.finish(budgetMillis),
  });
  return () => {
    source ??= create();
    return source;
  };
}
