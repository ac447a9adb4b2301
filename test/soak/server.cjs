// What a server of every kind of request does: aborted ones, bodies that nobody reads, errors, upgrades, requests of its own, log records.
const { createWriteStream } = require('node:fs');
const http = require('node:http');
const pino = require('../../fixtures/node_modules/pino');

const logger = pino(createWriteStream('/dev/null'));
const end = '\u0004';
let port;

function call(path, onResponse, options = {}) {
  const request = http.get({ port, path, ...options }, onResponse);
  request.on('error', () => {});
  return request;
}

const routes = {
  plain: (_, response) => response.end(end),
  log(_, response) {
    logger.info({ order: 17 }, 'an order');
    response.end(end);
  },
  unread: (_, response) => response.end(end),
  read: (request, response) => request.on('end', () => response.end(end)).resume(),
  silent() {},
  stream: (_, response) => response.write(end),
  error(_, response) {
    logger.error(new Error('no such order'));
    response.writeHead(500).end(end);
  },
  destroy: (_, response) => response.destroy(new Error('given up')),
  call: (_, response) => call('/plain', (answer) => answer.on('end', () => response.end(end)).resume()),
  'call and leave': (_, response) =>
    call('/big', (answer) => answer.on('close', () => response.end(end)).destroy()),
  'call and forget': (_, response) => call('/plain', () => response.end(end)),
  'call and forget alone': (_, response) => call('/plain', () => response.end(end), { agent: false }),
  'call without listener': (_, response) => call('/plain').on('close', () => response.end(end)),
  'call nobody': (_, response) => call('/plain', undefined, { port: 1 }).on('close', () => response.end(end)),
  'call and abort': (_, response) =>
    setImmediate(
      (request) => request.destroy(),
      call('/silent').on('close', () => response.end(end)),
    ),
  async fetch(_, response) {
    const answer = await fetch(`http://localhost:${port}/plain`);
    await answer.text();
    response.end(end);
  },
  async 'fetch and cancel'(_, response) {
    const answer = await fetch(`http://localhost:${port}/big`);
    await answer.body.cancel();
    response.end(end);
  },
  async 'fetch and abort'(_, response) {
    const signal = AbortSignal.timeout(5);
    await fetch(`http://localhost:${port}/silent`, { signal }).catch(() => {});
    response.end(end);
  },
  async 'fetch and forget'(_, response) {
    await fetch(`http://localhost:${port}/plain`);
    response.end(end);
  },
  big: (_, response) => response.end('x'.repeat(50_000)),
  /** What is alive when nothing goes on any more. */
  async memory(_, response) {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc();
    }
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    response.end(JSON.stringify({ heapUsed, external, arrayBuffers, rss }));
  },
  snapshot(_, response) {
    response.end(require('node:v8').writeHeapSnapshot(process.env.SNAPSHOT));
  },
};

const server = http.createServer((request, response) => {
  routes[request.url.slice(1).split('?')[0].replaceAll('-', ' ')](request, response);
});
server.keepAliveTimeout = 1000;
server.on('upgrade', (_, socket) => {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: it\r\nConnection: Upgrade\r\n\r\n${end}`);
});
server.listen(0, 'localhost', () => {
  ({ port } = server.address());
  console.log(`port ${port};`);
});
