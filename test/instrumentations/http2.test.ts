import { join } from 'node:path';
import { describe } from 'node:test';
import { exchangeCases } from '../harness/exchange-cases';
import { scenario } from '../harness/scenario';
import { fixturesDirectory } from '../harness/version-sets';

/** Where http2 is patched at start or with the first connection, and where contexts changed. */
const nodesForMainPaths = ['18.19.0', '22.14.0', '22.23.3', '24.21.0', '26.10.0'];

const both = (outcome: string) => `CLIENT ${outcome}, SERVER ${outcome}`;

describe('http2: ways in which an exchange can go', () => {
  exchangeCases({
    program: join(fixturesDirectory, 'http2/cases.mjs'),
    failing: ['handler that throws', 'error that nobody handles'],
    spans: {
      'compatibility api': both('GET 200'),
      'stream api': both('GET 201'),
      'post with a body': both('POST 200'),
      statuses:
        'CLIENT GET 204, CLIENT GET 404 404, CLIENT GET 500 500, SERVER GET 204, SERVER GET 404, SERVER GET 500 500',
      'many at once on one session': [
        ...Array(3).fill('CLIENT GET 200'),
        ...Array(3).fill('SERVER GET 200'),
      ].join(', '),
      'traceparent of the program': both('GET 200'),
      'server destroys the stream': both('GET - ERR_HTTP2_STREAM_ERROR'),
      'client cancels': both('GET - NGHTTP2_CANCEL'),
      'client aborts by a signal': 'CLIENT GET - ABORT_ERR, SERVER GET - NGHTTP2_CANCEL',
      'session destroyed under the request': 'CLIENT GET - NGHTTP2_CANCEL, SERVER GET - ECONNRESET',
      'connection refused': 'CLIENT GET - ERR_HTTP2_STREAM_CANCEL',
      'bad arguments': 'CLIENT GET - _OTHER, CLIENT GET - _OTHER',
      'closed session': 'CLIENT GET - _OTHER',
      'handler that throws': 'CLIENT GET -, SERVER GET -',
      'error that nobody handles': both('GET - ERR_HTTP2_STREAM_ERROR'),
      pushed: both('GET 200'),
      'connection handed on by a net server': both('GET 200'),
      'over TLS, with HTTP/1.1 beside': 'CLIENT GET 200, CLIENT GET 200, SERVER GET 200, SERVER GET 200',
    },
  });
});

const peer = 'network.peer.address=127.0.0.1 network.peer.port={port}';
const here = 'server.address=127.0.0.1 server.port={port}';
const variables = {
  wire: `${peer} ${here} network.protocol.version="2"`,
  incoming: `${peer} ${here} network.protocol.version="2" client.address=127.0.0.1 url.scheme=http`,
  'get.ok': 'http.request.method=GET http.response.status_code=200',
  'post.created': 'http.request.method=POST http.response.status_code=201',
};

const stock = (item: string, id: number) => `
      ~ GET CLIENT {get.ok} {wire} url.full=http://127.0.0.1:{port}/stock/${item}/${id}
        GET SERVER {get.ok} {incoming} url.path=/stock/${item}/${id}`;
const order = (item: string, mark = '') => `
  ${mark}POST CLIENT {post.created} {wire} url.full=http://127.0.0.1:{port}/orders
    POST SERVER {post.created} {incoming} url.path=/orders user_agent.original=shop/1
      ${stock(item, 1)}
      ${stock(item, 2)}`;

const app = `
  ${order('tea')}
  ${order('milk', '~ ')}
  ${order('honey', '~ ')}
  GET CLIENT ERROR error.type=ERR_HTTP2_STREAM_ERROR http.request.method=GET ${peer} ${here}
    | url.full=http://127.0.0.1:{port}/broken
    GET SERVER ERROR {incoming} error.type=ERR_HTTP2_STREAM_ERROR http.request.method=GET url.path=/broken`;

for (const node of [process.versions.node, ...nodesForMainPaths]) {
  scenario(`http2 on Node ${node}`, {
    fixture: 'http2',
    node,
    timeoutMillis: 20_000,
    variables,
    expect: app,
  });
}
