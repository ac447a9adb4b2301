import { satisfies } from 'semver';
import { scenario } from '../harness/scenario';
import { startRedis } from '../harness/servers/redis';
import { startRedisCluster } from '../harness/servers/redis-cluster';

const server = 'db.system.name=redis server.address="{redis.host}" server.port={redis.port}';
const connection =
  'http.request.method=GET http.response.status_code=200 network.peer.address="127.0.0.1" ' +
  'network.peer.port={port} network.protocol.version="1.1" server.address="127.0.0.1" server.port={port}';
const variables = {
  'in-1': `${server} db.namespace="1"`,
  'in-2': `${server} db.namespace="2"`,
  request: connection,
  served: `${connection} client.address="127.0.0.1" url.scheme=http`,
};

const closed =
  'GET {redis.host}:{redis.port} CLIENT ERROR "The client is closed" db.operation.name=GET {in-2} error.type=ClientClosedError';

/**
 * One tree for all versions and both module systems. Nothing in it: the handshakes (`SELECT`, `CLIENT SETINFO`, `HELLO`) of three clients
 * and of the reconnect in `/second`.
 */
scenario('redis', {
  fixture: 'redis',
  servers: { redis: startRedis },
  variables,
  expect: ({ version }) => `
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/first
      GET SERVER {served} url.path=/first
        # Sent by a client that is still connecting.
        SET {redis.host}:{redis.port} CLIENT db.operation.name=SET {in-1}
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/second
      GET SERVER {served} url.path=/second
        "CLIENT {redis.host}:{redis.port}" CLIENT db.operation.name=CLIENT {in-1}
        "CLIENT {redis.host}:{redis.port}" CLIENT db.operation.name=CLIENT {in-1}
        GET {redis.host}:{redis.port} CLIENT db.operation.name=GET {in-1}
        LPUSH {redis.host}:{redis.port} CLIENT ERROR db.operation.name=LPUSH {in-1}
          | db.response.status_code=WRONGTYPE error.type=WRONGTYPE
        NOSUCH {redis.host}:{redis.port} CLIENT ERROR db.operation.name=NOSUCH {in-1}
          | db.response.status_code=ERR error.type=ERR
        INCR {redis.host}:{redis.port} CLIENT db.operation.name=INCR {in-1}
        GET {redis.host}:{redis.port} CLIENT db.operation.name=GET {in-1}
        MULTI {redis.host}:{redis.port} CLIENT db.operation.name=MULTI {in-1} db.operation.batch.size=2
        MULTI INCR {redis.host}:{redis.port} CLIENT db.operation.name="MULTI INCR" {in-1} db.operation.batch.size=2
        PIPELINE GET {redis.host}:{redis.port} CLIENT db.operation.name="PIPELINE GET" {in-1} db.operation.batch.size=2
        SELECT {redis.host}:{redis.port} CLIENT db.operation.name=SELECT {in-1}
        GET {redis.host}:{redis.port} CLIENT db.operation.name=GET {in-2}
        QUIT {redis.host}:{redis.port} CLIENT db.operation.name=QUIT {in-1}
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/third
      GET SERVER {served} url.path=/third
        SUBSCRIBE {redis.host}:{redis.port} CLIENT db.operation.name=SUBSCRIBE {in-1}
        PUBLISH {redis.host}:{redis.port} CLIENT db.operation.name=PUBLISH {in-2}
        UNSUBSCRIBE {redis.host}:{redis.port} CLIENT db.operation.name=UNSUBSCRIBE {in-1}
        QUIT {redis.host}:{redis.port} CLIENT db.operation.name=QUIT {in-2}
        ${satisfies(version, '>=5') ? closed : '# redis 4 refuses it before the queue, where its commands are seen.'}
  `,
});

/** Each command once, with the node that it was sent to. Nothing in it: `CLUSTER SLOTS` and the like. */
scenario('redis cluster', {
  fixture: 'redis',
  app: 'cluster',
  servers: { cluster: startRedisCluster },
  variables: {
    ...variables,
    node: 'db.system.name=redis db.namespace="0" server.address="{cluster.host}" server.port={cluster.port}',
  },
  expect: `
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/
      GET SERVER {served} url.path=/
        SET {cluster.host}:{cluster.port} CLIENT db.operation.name=SET {node}
        INCR {cluster.host}:{cluster.port} CLIENT db.operation.name=INCR {node}
        GET {cluster.host}:{cluster.port} CLIENT db.operation.name=GET {node}
        MULTI {cluster.host}:{cluster.port} CLIENT db.operation.name=MULTI {node} db.operation.batch.size=2
        LPUSH {cluster.host}:{cluster.port} CLIENT ERROR db.operation.name=LPUSH {node}
          | db.response.status_code=WRONGTYPE error.type=WRONGTYPE
        QUIT {cluster.host}:{cluster.port} CLIENT db.operation.name=QUIT {node}
  `,
});
