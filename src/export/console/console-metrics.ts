import { writeSync } from 'node:fs';
import type { Exporter } from '../exporter';
import type { ScopedMetric } from '../otlp/metric-batch';
import { renderMetricTable } from './metric-table';

/** Prints each collection on standard output as a table that a person can read. */
export function createConsoleMetricExporter(): Exporter<ScopedMetric> {
  let collected: ScopedMetric[] = [];
  return {
    add: (item) => {
      collected.push(item);
    },
    hasUndelivered: () => collected.length > 0,
    flush: print,
    flushSync: print,
  };

  function print(): void {
    if (collected.length === 0) return;
    const metrics = collected;
    collected = [];
    const width = process.stdout.columns ?? 120;
    writeSync(1, `${renderMetricTable(metrics, { width, colors: process.stdout.isTTY === true })}\n`);
  }
}
