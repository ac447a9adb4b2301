import type { Attributes, ObservableResult, TracerProvider } from '@opentelemetry/api';
import { version } from '../../package.json';
import { type ExportObservation, exportObservations, observeRequests } from '../model/export-observation';
import type { SdkMeter } from '../sdk/metrics/meter';
import { countSpans, type SamplingResult } from '../sdk/trace/count-spans';
import type { LazyMeterProvider } from './metrics';

/** `ValueType.INT` of the API, without loading it. */
const integer = 0;

/** As conventions name what is exported. Metrics are not counted in points by their exporters, so they have durations only. */
const signals: Readonly<Record<string, 'span' | 'log'>> = { spans: 'span', 'log records': 'log' };

/**
 * Metrics of the SDK about itself (semantic conventions, "OpenTelemetry SDK metrics"), for `OTEL_NODE_EXPERIMENTAL_SDK_METRICS`.
 * @returns the tracer provider, its spans counted.
 */
export function observeSelf(
  meterProvider: LazyMeterProvider,
  tracerProvider: TracerProvider,
): TracerProvider {
  const meter = meterProvider.getMeter('otel-instrument', version);
  observeExporters(meter);
  return observeSpans(meter, tracerProvider);
}

function observeSpans(meter: SdkMeter, provider: TracerProvider): TracerProvider {
  const started = meter.createCounter('otel.sdk.span.started', {
    unit: '{span}',
    description: 'The number of created spans.',
    valueType: integer,
  });
  const live = meter.createUpDownCounter('otel.sdk.span.live', {
    unit: '{span}',
    description:
      'The number of created spans with `recording=true` for which the end operation has not been called yet.',
    valueType: integer,
  });
  const resultKey = 'otel.span.sampling_result';
  return countSpans(provider, {
    started(origin, result) {
      started.add(1, { 'otel.span.parent.origin': origin, [resultKey]: result });
      if (result !== 'DROP') live.add(1, { [resultKey]: result });
    },
    ended: (result: SamplingResult) => live.add(-1, { [resultKey]: result }),
  });
}

function observeExporters(meter: SdkMeter): void {
  const duration = meter.createHistogram('otel.sdk.exporter.operation.duration', {
    unit: 's',
    description: 'The duration of exporting a batch of telemetry records.',
  });
  observeRequests((exporter, millis, errorType) =>
    duration.record(millis / 1000, {
      ...exporterOf(exporter),
      ...(errorType && { 'error.type': errorType }),
    }),
  );
  for (const signal of ['span', 'log'] as const) {
    const unit = signal === 'span' ? '{span}' : '{log_record}';
    const observe = (
      kind: 'createObservableCounter' | 'createObservableUpDownCounter',
      name: string,
      read: (result: ObservableResult, exporter: ExportObservation) => void,
    ) =>
      meter[kind](`otel.sdk.${name}`, { unit, valueType: integer }).addCallback((result) => {
        for (const exporter of exportObservations)
          if (signals[exporter.items] === signal) read(result, exporter);
      });

    if (signal === 'log')
      observe('createObservableCounter', 'log.created', (result, { counters }) =>
        result.observe(counters.created),
      );
    observe('createObservableUpDownCounter', `processor.${signal}.queue.size`, (result, exporter) =>
      result.observe(exporter.counters.queued, processorOf(signal, exporter)),
    );
    observe('createObservableUpDownCounter', `processor.${signal}.queue.capacity`, (result, exporter) =>
      result.observe(exporter.maxQueueSize, processorOf(signal, exporter)),
    );
    observe('createObservableCounter', `processor.${signal}.processed`, (result, exporter) => {
      const { created, queued } = exporter.counters;
      const processor = processorOf(signal, exporter);
      result.observe(created - queued - exporter.overflowed, processor);
      if (exporter.overflowed > 0)
        result.observe(exporter.overflowed, { ...processor, 'error.type': 'queue_full' });
    });
    observe('createObservableUpDownCounter', `exporter.${signal}.inflight`, (result, exporter) =>
      result.observe(exporter.inflight, exporterOf(exporter)),
    );
    observe('createObservableCounter', `exporter.${signal}.exported`, (result, exporter) => {
      const { accepted, rejected, unknown, dropped } = exporter.counters;
      const component = exporterOf(exporter);
      const fates = { rejected, timeout: unknown, _OTHER: dropped - exporter.overflowed };
      result.observe(accepted, component);
      for (const [errorType, count] of Object.entries(fates))
        if (count > 0) result.observe(count, { ...component, 'error.type': errorType });
    });
  }
}

function processorOf(signal: 'span' | 'log', { index }: ExportObservation): Attributes {
  const type = `batching_${signal}_processor`;
  return { 'otel.component.type': type, 'otel.component.name': `${type}/${index}` };
}

function exporterOf({ componentType, endpoint, index }: ExportObservation): Attributes {
  const component = {
    'otel.component.type': componentType!,
    'otel.component.name': `${componentType}/${index}`,
  };
  if (!URL.canParse(endpoint)) return component;
  const { hostname, port, protocol } = new URL(endpoint);
  return {
    ...component,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}
