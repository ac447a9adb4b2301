import { join } from 'node:path';
import { describe } from 'node:test';
import { exchangeCases } from '../harness/exchange-cases';
import { scenario } from '../harness/scenario';
import { layProgram } from '../harness/twin';
import { fixturesDirectory, versionSets } from '../harness/version-sets';

/** The scenario runs on every version, the many cases on the first and on the last of the newer majors. */
const casesVersions = ['5.12.0', '6.29.1', '7.30.2', '8.12.4'];

const both = (outcome: string) => `CLIENT ${outcome}, SERVER ${outcome}`;
const times = (count: number, text: string) => Array(count).fill(text).join(', ');

for (const { version, directory } of versionSets('undici')) {
  if (!casesVersions.includes(version)) continue;
  const major = Number(version.split('.')[0]);
  // Until 6 a request that waits is told of its abort by undici's own error, later by the signal's.
  const abortedInQueue = major < 6 ? 'UND_ERR_ABORTED' : 'AbortError';

  describe(`undici ${version}: ways in which an exchange can go`, () => {
    exchangeCases({
      program: join(layProgram(join(fixturesDirectory, 'undici'), directory), 'cases.mjs'),
      ...(major >= 8 ? { node: '22.23.3' } : {}),
      spans: {
        request: both('POST 200'),
        stream: both('GET 200'),
        pipeline: both('PUT 200'),
        fetch: both('GET 200'),
        redirects: 'CLIENT GET 200, CLIENT GET 302, SERVER GET 200, SERVER GET 302',
        'traceparent of the program': `${times(4, 'CLIENT GET 200')}, ${times(4, 'SERVER GET 200')}`,
        statuses:
          'CLIENT GET 204, CLIENT GET 404 404, CLIENT GET 500 500, SERVER GET 204, SERVER GET 404, SERVER GET 500 500',
        'connection refused': 'CLIENT GET - ECONNREFUSED',
        'server destroys': 'CLIENT GET - UND_ERR_SOCKET, SERVER GET - ECONNRESET',
        'aborted by a signal before the head': 'CLIENT GET - AbortError, SERVER GET - ECONNRESET',
        'aborted while the body comes': 'CLIENT GET 200 UND_ERR_ABORTED, SERVER GET 200 ECONNRESET',
        'aborted while it waits for a connection': `CLIENT GET - ${abortedInQueue}, CLIENT GET 200, SERVER GET 200`,
        'headers timeout': 'CLIENT GET - UND_ERR_HEADERS_TIMEOUT, SERVER GET - ECONNRESET',
        'body never consumed': both('GET 200'),
        upgrade: both('GET 101'),
        connect: both('CONNECT 200'),
      },
    });
  });
}

const peer = 'network.peer.address=127.0.0.1 network.peer.port={port}';
const variables = {
  wire: `${peer} server.address=127.0.0.1 server.port={port} network.protocol.version="1.1" http.request.method=GET`,
  incoming: `${peer} server.address=127.0.0.1 server.port={port} network.protocol.version="1.1" http.request.method=GET client.address=127.0.0.1 url.scheme=http`,
};

const request = (path: string, extra = '', status = 200) => `
      ~ GET CLIENT {wire} http.response.status_code=${status} url.full=http://127.0.0.1:{port}${path}
        GET SERVER {incoming} http.response.status_code=${status} url.path=${path} ${extra}`;

/** @param agent - attribute of requests by `fetch`. */
const front = (id: number, agent: string) => `
  ~ GET CLIENT {wire} http.response.status_code=200 url.full=http://127.0.0.1:{port}/front/${id}
    GET SERVER {incoming} http.response.status_code=200 url.path=/front/${id}
      ${request(`/back/${id}/1`)}
      ${request(`/back/${id}/2`, agent)}
      ${request(`/moved/${id}`, agent, 307)}
      ${request('/back/moved', agent)}`;

const app = (agent: string) => `
  ${front(1, agent)}
  ${front(2, agent)}
  ${front(3, agent)}
  GET CLIENT ERROR error.type=ECONNREFUSED http.request.method=GET server.address=127.0.0.1 server.port=1
    | url.full=http://127.0.0.1:1/`;

scenario('undici: every request under its caller, also those that waited in a pool', {
  fixture: 'undici',
  variables,
  expect: app('user_agent.original=undici'),
});

const byFetch = (path: string, agent: string, status = 200) =>
  request(path, `user_agent.original=${agent}`, status);
const order = (id: number, agent: string) => `
  ~ GET CLIENT {wire} http.response.status_code=200 url.full=http://127.0.0.1:{port}/orders/${id}
    GET SERVER {incoming} http.response.status_code=200 url.path=/orders/${id} user_agent.original=shop/1
      ${byFetch('/stock', agent)}
      ${byFetch('/stock', agent)}
      ${byFetch('/moved', agent, 307)}`;

for (const node of [process.versions.node, '18.19.0', '22.14.0', '24.21.0', '26.10.0']) {
  scenario(`fetch on Node ${node}`, {
    fixture: 'fetch',
    node,
    variables,
    expect: `
  ${order(1, '{string}')}
  ${order(2, '{string}')}
  GET CLIENT ERROR error.type=ECONNREFUSED http.request.method=GET server.address=127.0.0.1 server.port={port}
    | url.full=http://127.0.0.1:{port}/closed`,
  });
}
