import { type AddressInfo, createServer, type Socket } from 'node:net';
import { metricScenario } from '../../harness/metric-scenario';
import { startPostgres } from '../../harness/servers/postgres';
import type { TestServer } from '../../harness/servers/server';

// The pool of this program is closed at its end: then it has no connections to count.
metricScenario('pg', {
  fixture: 'pg',
  library: 'pg',
  servers: { pg: startPostgres },
  expect: `
    pg
      db.client.connection.create_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=2
      db.client.connection.use_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=3
      db.client.connection.wait_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=3
      db.client.operation.duration s histogram cumulative
        db.namespace=postgres db.query.summary="CREATE TABLE orders" db.system.name=postgresql {pg} count=1
        db.namespace=postgres db.query.summary="INSERT orders" db.response.status_code=23505 db.system.name=postgresql error.type=23505 {pg} count=1
        db.namespace=postgres db.query.summary="INSERT orders" db.system.name=postgresql {pg} count=1
        db.namespace=postgres db.query.summary="SELECT generate_series COMMIT" db.system.name=postgresql {pg} count=1
        db.namespace=postgres db.query.summary="SELECT generate_series" db.system.name=postgresql {pg} count=1
        db.namespace=postgres db.query.summary="SELECT nowhere" db.response.status_code=42P01 db.system.name=postgresql error.type=42P01 {pg} count=1
        db.namespace=postgres db.query.summary="SELECT orders" db.system.name=postgresql {pg} count=3
        db.namespace=postgres db.query.summary="UPDATE orders" db.system.name=postgresql {pg} count=1
        db.namespace=postgres db.query.summary=SELECT db.system.name=postgresql error.type=Error {pg} count=1
        db.namespace=postgres db.query.summary=SELECT db.system.name=postgresql error.type=TypeError {pg} count=1
        db.namespace=postgres db.query.summary=SELECT db.system.name=postgresql {pg} count=2
  `,
});

metricScenario('pg, a pool that callers wait for', {
  fixture: 'pg',
  app: 'waiting',
  library: 'pg',
  servers: { pg: startPostgres, silent: startSilentServer },
  expect: `
    pg
      db.client.connection.count {connection} sum cumulative
        db.client.connection.pool.name={pg.address}/postgres db.client.connection.state=idle 1n
        db.client.connection.pool.name={pg.address}/postgres db.client.connection.state=used 1n
      db.client.connection.create_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=3
      db.client.connection.limit {connection} sum cumulative
        db.client.connection.pool.name={pg.address}/postgres 3n
      db.client.connection.pending_requests {request} sum cumulative
        db.client.connection.pool.name={pg.address}/postgres 0n
      db.client.connection.timeouts {timeout} sum cumulative monotonic
        db.client.connection.pool.name={pg.address}/postgres 1n
        db.client.connection.pool.name={silent.address}/lost 1n
      db.client.connection.use_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=5
      db.client.connection.wait_time s histogram cumulative
        db.client.connection.pool.name={pg.address}/postgres count=6
      db.client.operation.duration s histogram cumulative
        db.namespace=postgres db.query.summary="SELECT nowhere" db.response.status_code=42P01 db.system.name=postgresql error.type=42P01 {pg} count=1
        db.namespace=postgres db.query.summary=SELECT db.system.name=postgresql {pg} count=4
  `,
});

/** Accepts connections and never says a word. */
async function startSilentServer(): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/lost`,
    kind: 'double',
    description: 'a server that never answers',
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
