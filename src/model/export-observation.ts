import { monotonicMillis } from './clock';

/** What an exporter tells of itself, for the SDK's own metrics. */
export interface ExportObservation {
  /** What is exported, in the plural: `spans`. */
  readonly items: string;
  /** `otel.component.type` (semantic conventions, "SDK metrics"), such as `otlp_http_span_exporter`. */
  readonly componentType?: string | undefined;
  /** Tells it from others of its type: 0 for the first. */
  readonly index: number;
  /** Without credentials; no URL for what is not sent to a server. */
  readonly endpoint: string;
  readonly maxQueueSize: number;
  /** Live numbers: what became of all items. */
  readonly counters: Readonly<
    Record<'created' | 'queued' | 'accepted' | 'rejected' | 'unknown' | 'dropped', number>
  >;
  /** Items that found the queue full, so far. */
  overflowed: number;
  /** Items on their way. */
  readonly inflight: number;
  /**
   * A request with so many items starts.
   * @returns what to call when it has ended, with the kind of failure if it failed.
   */
  takeOff(count: number): (errorType: string | undefined) => void;
}

/** One for every exporter that has been built and has a component type. */
export const exportObservations: ExportObservation[] = [];

type RequestObserver = (
  exporter: ExportObservation,
  durationMillis: number,
  errorType: string | undefined,
) => void;
let onRequest: RequestObserver | undefined;

/** From now on calls `observer` after each request of an exporter, with its duration in milliseconds. */
export function observeRequests(observer: RequestObserver): void {
  onRequest = observer;
}

/** Makes an exporter one of {@link exportObservations}. */
export function observeExport(
  exporter: Pick<ExportObservation, 'items' | 'componentType' | 'endpoint' | 'maxQueueSize' | 'counters'>,
): ExportObservation {
  const { items, componentType, endpoint, maxQueueSize, counters } = exporter;
  let inflight = 0;
  const observation: ExportObservation = {
    items,
    componentType,
    index: exportObservations.filter((other) => other.componentType === componentType).length,
    endpoint,
    maxQueueSize,
    counters,
    overflowed: 0,
    get inflight() {
      return inflight;
    },
    takeOff(count) {
      const startMillis = monotonicMillis();
      inflight += count;
      return (errorType) => {
        inflight -= count;
        onRequest?.(observation, monotonicMillis() - startMillis, errorType);
      };
    },
  };
  if (componentType !== undefined) exportObservations.push(observation);
  return observation;
}
