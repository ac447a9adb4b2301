import { monotonicMillis } from '../model/clock';
import type { Exporter } from './exporter';

/** Several exporters as one: each gets every item. Of more than one, none may keep items: it would not know when the others have read them. */
export function sideBySide<T>(exporters: readonly Exporter<T>[]): Exporter<T> {
  if (exporters.length === 1) return exporters[0]!;
  return {
    add: (item) => {
      for (const exporter of exporters) exporter.add(item);
      return false;
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
