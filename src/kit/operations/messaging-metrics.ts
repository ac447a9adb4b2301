import { createMetrics, type Metrics } from '../metrics';

/** Seconds; advised for durations of messaging (semantic conventions, "Messaging client metrics"). */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

const attributes = [
  'messaging.operation.name',
  'messaging.system.name',
  'messaging.destination.name',
  'messaging.destination.partition.id',
  'messaging.consumer.group.name',
  'server.address',
  'server.port',
  'error.type',
] as const;

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/ */
export const messagingMetrics = {
  sent: {
    calls: {
      attributes: [...attributes, 'messaging.operation.type'],
      metrics: {
        duration: {
          name: 'messaging.client.operation.duration',
          kind: 'histogram',
          unit: 's',
          description: 'Duration of messaging operation initiated by a producer or consumer client.',
          boundaries,
        },
      },
    },
    messages: {
      attributes,
      metrics: {
        messages: {
          name: 'messaging.client.sent.messages',
          kind: 'counter',
          unit: '{message}',
          description: 'Number of messages producer attempted to send to the broker.',
        },
      },
    },
  },
  processed: {
    calls: {
      attributes,
      metrics: {
        duration: {
          name: 'messaging.process.duration',
          kind: 'histogram',
          unit: 's',
          description: 'Duration of processing operation.',
          boundaries,
        },
      },
    },
    messages: {
      attributes,
      metrics: {
        messages: {
          name: 'messaging.client.consumed.messages',
          kind: 'counter',
          unit: '{message}',
          description: 'Number of messages that were delivered to the application.',
        },
      },
    },
  },
} as const;

export interface MessagingMetrics {
  readonly calls: Metrics<'duration'>;
  readonly messages: Metrics<'messages'>;
}

/** `undefined` where nobody collects metrics. */
export function createMessagingMetrics(
  instrumentation: string,
  side: keyof typeof messagingMetrics,
): MessagingMetrics | undefined {
  const { calls, messages } = messagingMetrics[side];
  const metrics = createMetrics(instrumentation, calls);
  return metrics && { calls: metrics, messages: createMetrics(instrumentation, messages)! };
}
