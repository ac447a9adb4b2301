import { join } from 'node:path';
import { describe } from 'node:test';
import { exchangeCases } from '../harness/exchange-cases';
import { nodeVersionsToTest } from '../harness/node-versions';
import { scenario } from '../harness/scenario';
import { fixturesDirectory } from '../harness/version-sets';

const both = (outcome: string) => `CLIENT ${outcome}, SERVER ${outcome}`;
const times = (count: number, text: string) => Array(count).fill(text).join(', ');

describe('http: ways in which an exchange can go', () => {
  exchangeCases({
    program: join(fixturesDirectory, 'http/cases.mjs'),
    failing: ['error that nobody handles', 'handler that throws', 'handler that throws after the body'],
    spans: {
      'get, response consumed': both('GET 200'),
      'no response listener': both('GET 200'),
      'response never consumed': both('GET 200'),
      'request never ended': 'CLIENT POST - ECONNRESET',
      'body never ended by the server': both('GET 200 ECONNRESET'),
      'server destroys before the head': both('GET - ECONNRESET'),
      'server destroys after the head': both('GET 200 ECONNRESET'),
      'head written but never sent': both('GET - ECONNRESET'),
      'client aborts before the head': both('GET - ECONNRESET'),
      'client aborts by a signal': 'CLIENT GET - ABORT_ERR, SERVER GET - ECONNRESET',
      'client gives up after a timeout': both('GET - ECONNRESET'),
      'destroyed before there is a socket': 'CLIENT GET - ECONNRESET',
      'connection refused': 'CLIENT GET - ECONNREFUSED',
      'name not found': 'CLIENT GET - ENOTFOUND',
      'error that nobody handles': 'CLIENT GET - ECONNREFUSED',
      'handler that throws': 'CLIENT GET -, SERVER GET -',
      'handler that throws after the body': 'CLIENT POST -, SERVER POST -',
      statuses: [
        'CLIENT GET 204, CLIENT GET 302, CLIENT GET 304, CLIENT GET 404 404, CLIENT GET 500 500, CLIENT GET 503 503',
        'SERVER GET 204, SERVER GET 302, SERVER GET 304, SERVER GET 404, SERVER GET 500 500, SERVER GET 503 503',
      ].join(', '),
      'head request': both('HEAD 200'),
      'unknown method': both('HTTP 200'),
      'expect 100-continue': both('PUT 200'),
      'checkContinue refuses': 'CLIENT PUT 413 413, SERVER PUT 413',
      'expectation failed': 'CLIENT GET 417 417, SERVER GET 417',
      'informational responses': both('GET 200'),
      'upgrade accepted': both('GET 101'),
      'upgrade refused': 'CLIENT GET 426 426, SERVER GET 426',
      'upgrade unanswered': both('GET - ECONNRESET'),
      'upgrade nobody asked the server for': both('GET 200'),
      'upgrade nobody at the client listens to': both('GET 101'),
      'connect through a proxy': 'CLIENT CONNECT 200, CLIENT GET 200, SERVER CONNECT 200, SERVER GET 200',
      'connect refused': 'CLIENT CONNECT 403 403, SERVER CONNECT 403',
      // Node closes the connection without emitting the request.
      'connect without a listener': 'CLIENT CONNECT - ECONNRESET',
      pipelined: times(3, 'SERVER GET 200'),
      'pipelined and aborted': times(2, 'SERVER GET - ECONNRESET'),
      'not HTTP': '',
      'broken body': 'SERVER POST - ECONNRESET',
      'answer that is not HTTP': 'CLIENT GET - HPE_INVALID_CONSTANT',
      'no host header': 'SERVER GET 400',
      'server closes during a request': both('GET 200'),
      'fifty on one connection': `${times(50, 'CLIENT GET 200')}, ${times(50, 'SERVER GET 200')}`,
      'keep-alive': `${times(3, 'CLIENT GET 200')}, ${times(3, 'SERVER GET 200')}`,
    },
  });
});

const peer = 'network.peer.address=127.0.0.1 network.peer.port={port}';
const here = 'server.address=127.0.0.1 server.port={port}';
const variables = {
  wire: `${peer} ${here} network.protocol.version="1.1"`,
  incoming: `${peer} ${here} network.protocol.version="1.1" client.address=127.0.0.1 url.scheme=http`,
  'get.ok': 'http.request.method=GET http.response.status_code=200',
  'post.created': 'http.request.method=POST http.response.status_code=201',
};

const order = (item: string, mark = '') => `
  ${mark}POST CLIENT {post.created} {wire} url.full=http://127.0.0.1:{port}/orders
    POST SERVER {post.created} {incoming} url.path=/orders user_agent.original=shop/1
      ~ GET CLIENT {get.ok} {wire} url.full=http://127.0.0.1:{port}/stock/1?item=${item}
        GET SERVER {get.ok} {incoming} url.path=/stock/1 url.query=item=${item}
      ~ GET CLIENT {get.ok} {wire} url.full=http://127.0.0.1:{port}/stock/2?item=x&token=REDACTED
        GET SERVER {get.ok} {incoming} url.path=/stock/2 url.query=item=x&token=REDACTED`;

const app = `
  ${order('tea')}
  ${order('milk', '~ ')}
  ${order('honey', '~ ')}
  GET CLIENT ERROR error.type=ECONNRESET http.request.method=GET ${peer} ${here}
    | url.full=http://127.0.0.1:{port}/broken
    GET SERVER ERROR {incoming} error.type=ECONNRESET http.request.method=GET url.path=/broken`;

const form = (path: string, url = `http://127.0.0.1:{port}${path}`) => `
  GET CLIENT {get.ok} {wire} url.full=${url}
    GET SERVER {get.ok} {incoming} url.path=${path}`;
const unjoined = (path: string) => `
  GET CLIENT {get.ok} {wire} url.full=http://127.0.0.1:{port}${path}
  ... GET SERVER {get.ok} {incoming} url.path=${path}`;

const forms = `
  ${['/text', '/text-callback', '/url', '/credentials', '/options', '/frozen', '/to-options', '/pairs', '/flat'].map((path) => form(path)).join('\n')}
  ${unjoined('/own')}
  ${unjoined('/own-flat')}
  ${form('/expect')}
  ${form('/agent')}
  GET CLIENT {get.ok} {wire} url.full=http://127.0.0.1:{port}/host
    GET SERVER {get.ok} ${peer} network.protocol.version="1.1" client.address=127.0.0.1 url.scheme=http
      | server.address=shop.example server.port=8080 url.path=/host
  GET CLIENT {get.ok} ${peer} network.protocol.version="1.1" url.full=http://shop.example/proxied?q=1
    | server.address=shop.example server.port=80
    GET SERVER {get.ok} ${peer} network.protocol.version="1.1" client.address=127.0.0.1 url.scheme=http
      | server.address=shop.example server.port=80 url.path=/proxied url.query=q=1
  OPTIONS CLIENT http.request.method=OPTIONS http.response.status_code=200 {wire} url.full=http://127.0.0.1:{port}
    OPTIONS SERVER http.request.method=OPTIONS http.response.status_code=200 {incoming} url.path=*
  ${form('/new')}
  GET CLIENT {get.ok} network.protocol.version="1.1" server.address={string} url.full=http://localhost/unix
    GET SERVER {get.ok} network.protocol.version="1.1" server.address=localhost server.port=80
      | url.path=/unix url.scheme=http`;

for (const node of [process.versions.node, ...nodeVersionsToTest]) {
  scenario(`http on Node ${node}`, { fixture: 'http', node, variables, expect: app });
  scenario(`http on Node ${node}: forms of a request`, {
    fixture: 'http',
    app: 'forms',
    node,
    variables,
    expect: forms,
  });
}
