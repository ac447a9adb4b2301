import type { Exporter } from '../exporter';
import type { ScopedMetric } from '../otlp/metric-batch';
import { print } from '../stdout';
import { renderMetricTable } from './metric-table';

/** Prints each collection on standard output as a table that a person can read. */
export function createConsoleMetricExporter(): Exporter<ScopedMetric> {
  let collected: ScopedMetric[] = [];
  return {
    add: (item) => {
      collected.push(item);
      return false;
    },
    hasUndelivered: () => collected.length > 0,
    flush: () => draw(),
    flushSync: draw,
  };

  function draw(budgetMillis?: number): void {
    if (collected.length === 0) return;
    const metrics = collected;
    collected = [];
    print((screen) => `${renderMetricTable(metrics, screen)}\n`, budgetMillis);
  }
}
