import {
  type MetricScenarioOptions,
  metricScenario,
  metricScenarioOnEveryNode,
} from '../../harness/metric-scenario';

metricScenarioOnEveryNode('node:http', {
  fixture: 'http',
  expect: `
    http
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=127.0.0.1 server.port={port} 0n
        http.request.method=POST server.address=127.0.0.1 server.port={port} 0n
      http.client.request.body.size By histogram cumulative
        http.request.method=POST http.response.status_code=201 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=3 sum=12 3…5 buckets ≤5:3
      http.client.request.duration s histogram cumulative
        error.type=ECONNRESET http.request.method=GET server.address=127.0.0.1 server.port={port} count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=6
        http.request.method=POST http.response.status_code=201 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=3
      # Of the bodies that had a length in their head.
      http.client.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=6 sum=15 1…5 buckets ≤5:6
      http.server.active_requests {request} sum cumulative
        http.request.method=GET url.scheme=http 0n
        http.request.method=POST url.scheme=http 0n
      http.server.request.body.size By histogram cumulative
        http.request.method=POST http.response.status_code=201 network.protocol.version=1.1 url.scheme=http count=3 sum=12 3…5 buckets ≤5:3
      http.server.request.duration s histogram cumulative
        error.type=ECONNRESET http.request.method=GET network.protocol.version=1.1 url.scheme=http count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http count=6
        http.request.method=POST http.response.status_code=201 network.protocol.version=1.1 url.scheme=http count=3
      http.server.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http count=6 sum=15 1…5 buckets ≤5:6
  `,
});

// At its end two requests have no answer, and one connection was given away by an upgrade.
metricScenarioOnEveryNode('connections of node:http', {
  fixture: 'http',
  app: 'connections',
  expect: `
    http
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=/tmp/shop-{run.id}.sock 0n
        http.request.method=GET server.address=127.0.0.1 server.port={port} 2n
        http.request.method=GET server.address=::1 server.port={port} 0n
      http.client.open_connections {connection} sum cumulative
        http.connection.state=active network.protocol.version=1.1 server.address=/tmp/shop-{run.id}.sock 0n
        http.connection.state=active network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 2n
        http.connection.state=active network.protocol.version=1.1 server.address=::1 server.port={port} 0n
        http.connection.state=idle network.protocol.version=1.1 server.address=/tmp/shop-{run.id}.sock 1n
        http.connection.state=idle network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 1n
        http.connection.state=idle network.protocol.version=1.1 server.address=::1 server.port={port} 1n
      http.client.request.duration s histogram cumulative
        http.request.method=GET http.response.status_code=101 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=/tmp/shop-{run.id}.sock count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=103
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=::1 server.port={port} count=1
      http.client.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=/tmp/shop-{run.id}.sock count=1 sum=4 4…4 buckets ≤5:1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=103 sum=412 4…4 buckets ≤5:103
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=::1 server.port={port} count=1 sum=4 4…4 buckets ≤5:1
      http.server.active_requests {request} sum cumulative
        http.request.method=GET url.scheme=http 2n
      http.server.request.duration s histogram cumulative
        http.request.method=GET http.response.status_code=101 network.protocol.version=1.1 url.scheme=http count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http count=105
      http.server.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http count=105 sum=420 4…4 buckets ≤5:105
  `,
});

// A head of HTTP/2 need not tell the length of the body, and that of this program does not.
metricScenarioOnEveryNode('node:http2', {
  fixture: 'http2',
  expect: `
    http2
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=127.0.0.1 server.port={port} 0n
        http.request.method=POST server.address=127.0.0.1 server.port={port} 0n
      http.client.request.duration s histogram cumulative
        error.type=ERR_HTTP2_STREAM_ERROR http.request.method=GET server.address=127.0.0.1 server.port={port} count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=2 server.address=127.0.0.1 server.port={port} count=6
        http.request.method=POST http.response.status_code=201 network.protocol.version=2 server.address=127.0.0.1 server.port={port} count=3
      http.server.active_requests {request} sum cumulative
        http.request.method=GET url.scheme=http 0n
        http.request.method=POST url.scheme=http 0n
      http.server.request.duration s histogram cumulative
        error.type=ERR_HTTP2_STREAM_ERROR http.request.method=GET network.protocol.version=2 url.scheme=http count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=2 url.scheme=http count=6
        http.request.method=POST http.response.status_code=201 network.protocol.version=2 url.scheme=http count=3
  `,
});

metricScenarioOnEveryNode('fetch', {
  fixture: 'fetch',
  app: 'connections',
  scopes: ['undici'],
  expect: `
    undici
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=127.0.0.1 server.port={port} 1n
        http.request.method=GET server.address=::1 server.port={port} 0n
      http.client.open_connections {connection} sum cumulative
        http.connection.state=active network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 1n
        http.connection.state=active network.protocol.version=1.1 server.address=::1 server.port={port} 0n
        http.connection.state=idle network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 1n
        http.connection.state=idle network.protocol.version=1.1 server.address=::1 server.port={port} 1n
      http.client.request.duration s histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=::1 server.port={port} count=1
      http.client.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=1 sum=4 4…4 buckets ≤5:1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=::1 server.port={port} count=1 sum=4 4…4 buckets ≤5:1
  `,
});

metricScenario('undici', {
  fixture: 'undici',
  library: 'undici',
  scopes: ['undici'],
  expect: `
    undici
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=127.0.0.1 server.port=1 0n
        http.request.method=GET server.address=127.0.0.1 server.port={port} 0n
      http.client.request.duration s histogram cumulative
        error.type=ECONNREFUSED http.request.method=GET server.address=127.0.0.1 server.port=1 count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=12
        http.request.method=GET http.response.status_code=307 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=3
      http.client.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=12 sum=51 4…5 buckets ≤5:12
  `,
});

// Of the four connections one was given away by an upgrade and one closed.
const connectionsOfUndici: MetricScenarioOptions = {
  fixture: 'undici',
  app: 'connections',
  library: 'undici',
  scopes: ['undici'],
  expect: `
    undici
      http.client.active_requests {request} sum cumulative
        http.request.method=GET server.address=127.0.0.1 server.port={port} 1n
      http.client.open_connections {connection} sum cumulative
        http.connection.state=active network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 1n
        http.connection.state=idle network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} 1n
      http.client.request.duration s histogram cumulative
        http.request.method=GET http.response.status_code=101 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=1
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=6
      http.client.response.body.size By histogram cumulative
        http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port={port} count=6 sum=24 4…4 buckets ≤5:6
  `,
};
metricScenario('connections of undici', connectionsOfUndici);
metricScenario('connections of undici 8', { ...connectionsOfUndici, versions: '>=8.0.0', node: '26.10.0' });
