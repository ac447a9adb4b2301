import type { Attributes } from '@opentelemetry/api';
import { reportFailure } from './operation';
import { type KitMeter, telemetry } from './telemetry';

/** Takes one value of a metric. */
export type Observe = (value: number, attributes?: Attributes) => void;

/** A metric of the process or its host (not of a call), read whenever metrics are collected. */
export interface ObservedMetric {
  readonly name: string;
  readonly kind: 'gauge' | 'counter' | 'upDownCounter';
  readonly unit: string;
  readonly description: string;
  /** May throw: then the metric has no value this time. */
  readonly observe: (observe: Observe) => void;
}

/** What an instrumentation observes from soon after the start of the process. */
export interface Observed {
  readonly metrics: readonly ObservedMetric[];
  /** Called once before, for what has to be followed all the time. */
  readonly start?: (meter: KitMeter) => void;
}

/** Begins to observe; nothing where nobody collects metrics. */
export function startObserving(instrumentation: string, { metrics, start }: Observed): void {
  const meter = telemetry.meter?.(instrumentation, true);
  if (meter === undefined) return;
  start?.(meter);
  for (const { name, kind, unit, description, observe } of metrics) {
    create(meter, kind)(name, { unit, description }).addCallback((result) => {
      try {
        observe((value, attributes) => result.observe(value, attributes));
      } catch (error) {
        reportFailure(error);
      }
    });
  }
}

function create(meter: KitMeter, kind: ObservedMetric['kind']) {
  switch (kind) {
    case 'gauge':
      return meter.createObservableGauge.bind(meter);
    case 'counter':
      return meter.createObservableCounter.bind(meter);
    case 'upDownCounter':
      return meter.createObservableUpDownCounter.bind(meter);
  }
}
