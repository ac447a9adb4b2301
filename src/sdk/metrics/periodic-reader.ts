import type { ScopeMetrics } from '../../model/metric-data';
import { startTimer } from '../../model/timers';
import type { MetricReader } from './meter-provider';

/** What a periodic reader is made of. Times in milliseconds. */
export interface PeriodicReaderOptions {
  readonly intervalMillis: number;
  /** How long asynchronous callbacks are waited for. */
  readonly timeoutMillis: number;
  /** The reader, once there is a meter provider. */
  readonly reader: () => MetricReader | undefined;
  /** Gets every collection that is not empty. */
  readonly onCollected: (metrics: readonly ScopeMetrics[]) => void;
}

/** Collects at an interval, by a timer that does not keep the process alive (metrics SDK specification, "Periodic exporting MetricReader"). */
export interface PeriodicReader {
  /** Starts the rhythm, unless it has started. */
  start(): void;
  /** Collects now, in addition. */
  collect(): void;
}

/** It does nothing until it is started. */
export function createPeriodicReader(options: PeriodicReaderOptions): PeriodicReader {
  const { intervalMillis, timeoutMillis, reader, onCollected } = options;
  let isRunning = false;
  let isCollecting = false;
  return { start, collect };

  function start(): void {
    if (isRunning) return;
    isRunning = true;
    startTimer(tick, intervalMillis);
  }

  function tick(): void {
    startTimer(tick, intervalMillis);
    collect();
  }

  /** A collection that is still waited for is not overtaken by the next. */
  function collect(): void {
    if (isCollecting) return;
    isCollecting = true;
    reader()?.collect(timeoutMillis, (metrics) => {
      isCollecting = false;
      if (metrics.length > 0) onCollected(metrics);
    });
  }
}
