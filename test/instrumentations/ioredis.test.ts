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

/**
 * One tree for all versions and both module systems. Nothing in it: the handshakes (`select`, `client setinfo`, `hello`, `info`) of three clients
 * and of the reconnect in `/second`.
 */
scenario('ioredis', {
  fixture: 'ioredis',
  servers: { redis: startRedis },
  variables,
  expect: `
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/first
      GET SERVER {served} url.path=/first
        # Sent by a client that is still connecting.
        set {redis.host}:{redis.port} CLIENT db.operation.name=set {in-1}
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/second
      GET SERVER {served} url.path=/second
        "client {redis.host}:{redis.port}" CLIENT db.operation.name=client {in-1}
        "client {redis.host}:{redis.port}" CLIENT db.operation.name=client {in-1}
        get {redis.host}:{redis.port} CLIENT db.operation.name=get {in-1}
        lpush {redis.host}:{redis.port} CLIENT ERROR db.operation.name=lpush {in-1}
          | db.response.status_code=WRONGTYPE error.type=WRONGTYPE
        nosuch {redis.host}:{redis.port} CLIENT ERROR db.operation.name=nosuch {in-1}
          | db.response.status_code=ERR error.type=ERR
        incr {redis.host}:{redis.port} CLIENT db.operation.name=incr {in-1}
        get {redis.host}:{redis.port} CLIENT db.operation.name=get {in-1}
        MULTI {redis.host}:{redis.port} CLIENT db.operation.name=MULTI {in-1} db.operation.batch.size=2
        MULTI incr {redis.host}:{redis.port} CLIENT db.operation.name="MULTI incr" {in-1} db.operation.batch.size=2
        PIPELINE get {redis.host}:{redis.port} CLIENT db.operation.name="PIPELINE get" {in-1} db.operation.batch.size=2
        select {redis.host}:{redis.port} CLIENT db.operation.name=select {in-1}
        get {redis.host}:{redis.port} CLIENT db.operation.name=get {in-2}
        quit {redis.host}:{redis.port} CLIENT db.operation.name=quit {in-1}
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/third
      GET SERVER {served} url.path=/third
        subscribe {redis.host}:{redis.port} CLIENT db.operation.name=subscribe {in-1}
        publish {redis.host}:{redis.port} CLIENT db.operation.name=publish {in-2}
        unsubscribe {redis.host}:{redis.port} CLIENT db.operation.name=unsubscribe {in-1}
        quit {redis.host}:{redis.port} CLIENT db.operation.name=quit {in-2}
        get {redis.host}:{redis.port} CLIENT ERROR "Connection is closed." db.operation.name=get {in-2} error.type=Error
  `,
});

/** Each command once, with the node that it was sent to. Nothing in it: `cluster SLOTS` and the like. */
scenario('ioredis cluster', {
  fixture: 'ioredis',
  app: 'cluster',
  servers: { cluster: startRedisCluster },
  variables: {
    ...variables,
    node: 'db.system.name=redis db.namespace="0" server.address="{cluster.host}" server.port={cluster.port}',
  },
  expect: `
    GET CLIENT {request} url.full=http://127.0.0.1:{port}/
      GET SERVER {served} url.path=/
        set {cluster.host}:{cluster.port} CLIENT db.operation.name=set {node}
        incr {cluster.host}:{cluster.port} CLIENT db.operation.name=incr {node}
        get {cluster.host}:{cluster.port} CLIENT db.operation.name=get {node}
        # Its node is chosen only when the batch is sent.
        MULTI CLIENT db.system.name=redis db.namespace="0" db.operation.name=MULTI db.operation.batch.size=2
        lpush {cluster.host}:{cluster.port} CLIENT ERROR db.operation.name=lpush {node}
          | db.response.status_code=WRONGTYPE error.type=WRONGTYPE
        PIPELINE get CLIENT db.system.name=redis db.namespace="0" db.operation.name="PIPELINE get" db.operation.batch.size=2
        quit {cluster.host}:{cluster.port} CLIENT db.operation.name=quit {node}
  `,
});
