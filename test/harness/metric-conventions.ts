/** A metric as the semantic conventions write it (https://opentelemetry.io/docs/specs/semconv/general/metrics/). */
export interface MetricConvention {
  readonly kind: 'counter' | 'updowncounter' | 'gauge' | 'histogram';
  readonly unit: string;
  /** Advised upper bounds of the buckets; missing where those of the SDK specification hold. */
  readonly boundaries?: readonly number[];
  readonly required: readonly string[];
  /** Attributes that are recommended, or required under conditions; those of level "opt-in" are not among them. */
  readonly allowed?: readonly string[];
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const outcome = [
  'http.response.status_code',
  'error.type',
  'network.protocol.name',
  'network.protocol.version',
];
const server = ['server.address', 'server.port'];
const httpServer = {
  required: ['http.request.method', 'url.scheme'],
  allowed: [...outcome, 'http.route'],
};
const httpClient = { required: ['http.request.method', ...server], allowed: outcome };
const pool = ['db.client.connection.pool.name'];
const messaging = {
  required: ['messaging.operation.name', 'messaging.system.name'],
  allowed: [
    'error.type',
    ...server,
    'messaging.destination.name',
    'messaging.destination.template',
    'messaging.destination.partition.id',
  ],
};
const consumer = {
  required: messaging.required,
  allowed: [...messaging.allowed, 'messaging.consumer.group.name', 'messaging.destination.subscription.name'],
};
const gauge = (unit: string, ...required: string[]) => ({ kind: 'gauge', unit, required }) as const;
const counter = (unit: string, ...required: string[]) => ({ kind: 'counter', unit, required }) as const;
const upDownCounter = (unit: string, ...required: string[]) =>
  ({ kind: 'updowncounter', unit, required }) as const;

/** Those that an instrumentation of ours has. */
export const metricConventions: Readonly<Record<string, MetricConvention>> = {
  'http.server.request.duration': { kind: 'histogram', unit: 's', boundaries: seconds, ...httpServer },
  'http.server.active_requests': upDownCounter('{request}', 'http.request.method', 'url.scheme'),
  'http.server.request.body.size': { kind: 'histogram', unit: 'By', ...httpServer },
  'http.server.response.body.size': { kind: 'histogram', unit: 'By', ...httpServer },
  'http.client.request.duration': { kind: 'histogram', unit: 's', boundaries: seconds, ...httpClient },
  'http.client.request.body.size': { kind: 'histogram', unit: 'By', ...httpClient },
  'http.client.response.body.size': { kind: 'histogram', unit: 'By', ...httpClient },
  'http.client.active_requests': {
    kind: 'updowncounter',
    unit: '{request}',
    required: server,
    allowed: ['http.request.method'],
  },
  'http.client.open_connections': {
    kind: 'updowncounter',
    unit: '{connection}',
    required: ['http.connection.state', ...server],
    allowed: ['network.protocol.version'],
  },

  'db.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    required: ['db.system.name'],
    allowed: [
      ...server,
      'db.response.status_code',
      'error.type',
      'db.query.summary',
      'db.operation.name',
      'db.collection.name',
      'db.stored_procedure.name',
      'db.namespace',
      'network.peer.address',
      'network.peer.port',
    ],
  },
  'db.client.connection.count': upDownCounter('{connection}', ...pool, 'db.client.connection.state'),
  'db.client.connection.limit': upDownCounter('{connection}', ...pool),
  'db.client.connection.pending_requests': upDownCounter('{request}', ...pool),
  'db.client.connection.timeouts': counter('{timeout}', ...pool),
  'db.client.connection.create_time': { kind: 'histogram', unit: 's', required: pool },
  'db.client.connection.wait_time': { kind: 'histogram', unit: 's', required: pool },
  'db.client.connection.use_time': { kind: 'histogram', unit: 's', required: pool },

  'messaging.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: seconds,
    required: consumer.required,
    allowed: [...consumer.allowed, 'messaging.operation.type'],
  },
  'messaging.process.duration': { kind: 'histogram', unit: 's', boundaries: seconds, ...consumer },
  'messaging.client.sent.messages': { kind: 'counter', unit: '{message}', ...messaging },
  'messaging.client.consumed.messages': { kind: 'counter', unit: '{message}', ...consumer },

  'nodejs.eventloop.delay.min': gauge('s'),
  'nodejs.eventloop.delay.max': gauge('s'),
  'nodejs.eventloop.delay.mean': gauge('s'),
  'nodejs.eventloop.delay.stddev': gauge('s'),
  'nodejs.eventloop.delay.p50': gauge('s'),
  'nodejs.eventloop.delay.p90': gauge('s'),
  'nodejs.eventloop.delay.p99': gauge('s'),
  'nodejs.eventloop.time': counter('s', 'nodejs.eventloop.state'),
  'nodejs.eventloop.utilization': gauge('1'),
  'v8js.gc.duration': { kind: 'histogram', unit: 's', boundaries: seconds, required: ['v8js.gc.type'] },
  'v8js.memory.heap.used': upDownCounter('By', 'v8js.heap.space.name'),
  'v8js.memory.heap.space.size': upDownCounter('By', 'v8js.heap.space.name'),
  'v8js.memory.heap.space.available_size': upDownCounter('By', 'v8js.heap.space.name'),
  'v8js.memory.heap.space.physical_size': upDownCounter('By', 'v8js.heap.space.name'),
  'v8js.resource.active': gauge('{resource}', 'v8js.resource.type'),

  'process.cpu.time': counter('s', 'cpu.mode'),
  'process.cpu.utilization': gauge('1', 'cpu.mode'),
  'process.memory.usage': upDownCounter('By'),
  'process.memory.virtual': upDownCounter('By'),
  'process.thread.count': upDownCounter('{thread}'),
  'process.unix.file_descriptor.count': upDownCounter('{file_descriptor}'),
  'process.context_switches': counter('{context_switch}', 'process.context_switch.type'),
  'process.paging.faults': counter('{fault}', 'system.paging.fault.type'),
  'process.uptime': gauge('s'),

  'system.cpu.time': counter('s', 'cpu.mode'),
  'system.memory.usage': upDownCounter('By', 'system.memory.state'),
  'system.memory.utilization': gauge('1', 'system.memory.state'),
  'system.network.io': counter('By', 'network.interface.name', 'network.io.direction'),
  'system.uptime': gauge('s'),
};
