import { createMetrics, type MetricPoint } from '../metrics';
import { telemetry } from '../telemetry';

/** https://opentelemetry.io/docs/specs/semconv/db/database-metrics/#metric-dbclientoperationduration */
export const dbOperationMetrics = {
  attributes: [
    'db.system.name',
    'db.query.summary',
    'db.operation.name',
    'db.collection.name',
    'db.namespace',
    'server.address',
    'server.port',
    'db.response.status_code',
    'error.type',
  ],
  metrics: {
    duration: {
      name: 'db.client.operation.duration',
      kind: 'histogram',
      unit: 's',
      description: 'Duration of database client operations.',
      boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    },
  },
} as const;

/** https://opentelemetry.io/docs/specs/semconv/db/database-metrics/#connection-pools */
export const dbPoolMetrics = {
  attributes: ['db.client.connection.pool.name'],
  metrics: {
    createTime: {
      name: 'db.client.connection.create_time',
      kind: 'histogram',
      unit: 's',
      description: 'The time it took to create a new connection.',
    },
    waitTime: {
      name: 'db.client.connection.wait_time',
      kind: 'histogram',
      unit: 's',
      description: 'The time it took to obtain an open connection from the pool.',
    },
    useTime: {
      name: 'db.client.connection.use_time',
      kind: 'histogram',
      unit: 's',
      description: 'The time between borrowing a connection and returning it to the pool.',
    },
    timeouts: {
      name: 'db.client.connection.timeouts',
      kind: 'counter',
      unit: '{timeout}',
      description:
        'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    },
  },
} as const;

export type DbPoolPoint = MetricPoint<keyof (typeof dbPoolMetrics)['metrics']>;

/** What a pool tells when it is asked. */
export interface DbPoolState {
  /** `db.client.connection.pool.name`: unique in the program, without secrets. */
  readonly name: string;
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  /** Connections at the most. */
  readonly limit: number;
}

/** Watches the pools of a driver. */
export interface DbPools<Pool extends object> {
  /** A pool is asked for its state until nobody else holds it. */
  add(pool: Pool): void;
  at(poolName: string): DbPoolPoint;
}

/** `undefined` where nobody collects metrics. @param state - `undefined` for a pool that is closed. */
export function createDbPools<Pool extends object>(
  instrumentation: string,
  state: (pool: Pool) => DbPoolState | undefined,
): DbPools<Pool> | undefined {
  const metrics = createMetrics(instrumentation, dbPoolMetrics);
  return metrics && { add: watchPools(instrumentation, state), at: (name) => metrics.at(name) };
}

const poolName = 'db.client.connection.pool.name';

/** Makes the instruments with the first pool; returns what adds a pool. */
function watchPools<Pool extends object>(
  instrumentation: string,
  state: (pool: Pool) => DbPoolState | undefined,
): (pool: Pool) => void {
  // The program's pools are its own to throw away.
  const pools = new Set<WeakRef<Pool>>();
  let isObserved = false;
  return (pool) => {
    pools.add(new WeakRef(pool));
    if (!isObserved) observe();
    isObserved = true;
  };

  /** Pools of the same name are one. */
  function states(): Iterable<DbPoolState> {
    const found = new Map<string, DbPoolState>();
    for (const ref of pools) {
      const pool = ref.deref();
      const known = pool && state(pool);
      if (known) found.set(known.name, sum(known, found.get(known.name)));
      else pools.delete(ref);
    }
    return found.values();
  }

  function observe(): void {
    const meter = telemetry.meter!(instrumentation, true);
    const connections = { unit: '{connection}', valueType: integer };
    meter
      .createObservableUpDownCounter('db.client.connection.count', {
        ...connections,
        description:
          'The number of connections that are currently in state described by the state attribute.',
      })
      .addCallback((result) => {
        for (const { name, used, idle } of states()) {
          result.observe(used, { [poolName]: name, 'db.client.connection.state': 'used' });
          result.observe(idle, { [poolName]: name, 'db.client.connection.state': 'idle' });
        }
      });
    meter
      .createObservableUpDownCounter('db.client.connection.limit', {
        ...connections,
        description: 'The maximum number of open connections allowed.',
      })
      .addCallback((result) => {
        for (const { name, limit } of states()) result.observe(limit, { [poolName]: name });
      });
    meter
      .createObservableUpDownCounter('db.client.connection.pending_requests', {
        unit: '{request}',
        valueType: integer,
        description: 'The number of current pending requests for an open connection.',
      })
      .addCallback((result) => {
        for (const { name, pending } of states()) result.observe(pending, { [poolName]: name });
      });
  }
}

/** `ValueType.INT` */
const integer = 0;

function sum(a: DbPoolState, b: DbPoolState | undefined): DbPoolState {
  if (b === undefined) return a;
  return {
    name: a.name,
    used: a.used + b.used,
    idle: a.idle + b.idle,
    pending: a.pending + b.pending,
    limit: a.limit + b.limit,
  };
}
