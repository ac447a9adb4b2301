import type { Call } from '../../src/kit';

/** What is read of the object that producers and consumers keep their connections in. */
export interface Cluster {
  readonly brokerPool: {
    readonly brokers: Readonly<Record<string, Broker>>;
    readonly seedBroker?: Broker;
    /** Supported versions by the key of the request. */
    readonly versions?: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  };
}

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
}

/** One connection before 2.0, then a pool. */
interface Broker {
  readonly connection?: Connection;
  readonly connectionPool?: { readonly pool: readonly Connection[] };
}

/** Getters that producers and consumers share. */
export function clientOf<C extends Call>(clusterOf: (call: C) => Cluster) {
  return {
    instrumentation: 'kafkajs',
    system: 'kafka',
    clientId: (call: C) => connectionOf(clusterOf(call).brokerPool.seedBroker)?.clientId,
    serverAddress: (call: C) => onlyConnection(clusterOf(call))?.host,
    serverPort: (call: C) => onlyConnection(clusterOf(call))?.port,
    errorType: ({ error }: C) => kafkaErrorType(error),
  };
}

function connectionOf(broker: Broker | undefined): Connection | undefined {
  return broker?.connection ?? broker?.connectionPool?.pool[0];
}

/** Which of several brokers was asked is not known here. */
function onlyConnection({ brokerPool }: Cluster): Connection | undefined {
  const brokers = Object.values(brokerPool.brokers);
  return brokers.length === 1 ? connectionOf(brokers[0]) : undefined;
}

/** Of the library's errors the protocol's name (`TOPIC_AUTHORIZATION_FAILED`) or the connection's code, which it wraps once or twice. */
function kafkaErrorType(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || !error.name.startsWith('KafkaJS') || depth > 4) return undefined;
  const { type, code, cause, originalError } = error as Error & Record<string, unknown>;
  if (typeof type === 'string') return type;
  if (typeof code === 'string') return code;
  return kafkaErrorType(cause ?? originalError, depth + 1);
}

/** Headers came with record batches, which the library writes from version 3 of the Produce request (key 0) on: Kafka 0.11. */
export function canCarryHeaders({ brokerPool }: Cluster): boolean {
  const produce = brokerPool.versions?.[0];
  return produce === undefined || produce.maxVersion >= 3;
}
