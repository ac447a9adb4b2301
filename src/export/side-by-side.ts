import { monotonicMillis } from '../model/clock';
import type { Exporter } from './exporter';

/** Several exporters as one: each gets every item. */
export function sideBySide<T>(exporters: readonly Exporter<T>[]): Exporter<T> {
  return {
    add: (item) => {
      for (const exporter of exporters) exporter.add(item);
    },
    hasUndelivered: () => exporters.some((exporter) => exporter.hasUndelivered()),
    flush: () => {
      for (const exporter of exporters) exporter.flush();
    },
    hold: () => {
      for (const exporter of exporters) exporter.hold?.();
    },
    flushSync: (budgetMillis) => {
      const deadline = monotonicMillis() + budgetMillis;
      for (const exporter of exporters) exporter.flushSync(Math.max(0, deadline - monotonicMillis()));
    },
  };
}
