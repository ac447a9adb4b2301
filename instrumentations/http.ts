import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type Active,
  type AnyFunction,
  defineInstrumentation,
  errorType,
  httpClient,
  httpServer,
  replaceMethod,
  reportFailure,
  splitHostPort,
  telemetry,
} from '../src/kit';

const server = httpServer('http');
const client = httpClient('http');

export default defineInstrumentation({
  name: 'http',
  docs: {
    title: 'node:http, node:https',
    description:
      'One server span a request (also upgrades and CONNECT), one client span a request on the wire; W3C context both ways.',
    link: 'https://nodejs.org/api/http.html',
  },
  channels: {
    'http.server.request.start': ({ request, response, server }) => {
      patchUpgrades(server);
      startServerSpan(request, response);
    },
    // A server that never got an ordinary request may still get an upgrade: its first connection tells of it.
    'net.server.socket': ({ socket }) => patchUpgrades(socket.server),
    'http.client.request.created': ({ request }) => startClientSpan(request),
  },
  builtins: ['node:http', 'node:https'].map((module) => ({
    module,
    nodeVersions: '<22.12.0',
    patch: patchRequestFunctions,
  })),
});

// --- Server ---------------------------------------------------------------------------------------------------------

function startServerSpan(request: IncomingMessage, response: ServerResponse): void {
  const active = server.start(request as never);
  if (active === undefined) return;
  // The request's events run in an asynchronous resource of their own, so the context cannot leak into another request.
  telemetry.enter(active.context);
  response.on('close', () => {
    const isWhole = response.writableFinished;
    server.end(active, {
      statusCode: response.headersSent ? response.statusCode : undefined,
      errorType: isWhole ? undefined : (errorCode(request.errored ?? response.errored) ?? 'ECONNRESET'),
    });
  });
}

const patchedServers = new WeakSet<object>();

/**
 * Upgrades and CONNECT have no channel: they are seen where the server emits them. Only servers with a listener for them are of
 * interest, but listeners may come at any time, so the class is patched once.
 */
function patchUpgrades(server: { emit?: AnyFunction } | undefined): void {
  const prototype = server && Object.getPrototypeOf(server);
  if (!prototype || patchedServers.has(prototype)) return;
  patchedServers.add(prototype);
  if (!isHttpServer(server)) return;
  replaceMethod(
    prototype,
    'emit',
    (emit) =>
      function (this: unknown, ...args: unknown[]) {
        if (args[0] !== 'upgrade' && args[0] !== 'connect') return Reflect.apply(emit, this, args);
        const active = startUpgradeSpan(args[1] as IncomingMessage, args[2] as Duplex);
        return active ? telemetry.run(active.context, emit, this, args) : Reflect.apply(emit, this, args);
      },
  );
}

function isHttpServer(server: object): boolean {
  return 'maxHeadersCount' in server || 'headersTimeout' in server;
}

/** The span lasts until the program answers on the raw socket, whose first bytes hold the status. */
function startUpgradeSpan(request: IncomingMessage, socket: Duplex): Active | undefined {
  const active = server.start(request as never);
  if (active === undefined) return undefined;
  const { write } = socket;
  const hadOwnWrite = Object.hasOwn(socket, 'write');
  const finish = (statusCode: number | undefined, errorType?: string) => {
    if (socket.write === watchedWrite) {
      if (hadOwnWrite) socket.write = write;
      else delete (socket as { write?: unknown }).write;
    }
    socket.removeListener('close', onClose);
    server.end(active, { statusCode, errorType });
  };
  const onClose = () => finish(undefined, errorCode(socket.errored) ?? 'ECONNRESET');
  const watchedWrite: Duplex['write'] = function (this: Duplex, ...args: any[]) {
    const statusCode = readStatus(args[0]);
    finish(statusCode);
    return Reflect.apply(write, this, args);
  };
  socket.write = watchedWrite;
  socket.on('close', onClose);
  return active;
}

/** `HTTP/1.1 101 ...` */
function readStatus(chunk: unknown): number | undefined {
  const head =
    typeof chunk === 'string'
      ? chunk.slice(0, 12)
      : chunk instanceof Uint8Array
        ? Buffer.from(chunk.subarray(0, 12)).toString('latin1')
        : '';
  const status = head.startsWith('HTTP/1.') ? Number(head.slice(9, 12)) : Number.NaN;
  return Number.isInteger(status) && status > 99 ? status : undefined;
}

// --- Client ---------------------------------------------------------------------------------------------------------

const started = new WeakSet<ClientRequest>();

function startClientSpan(request: ClientRequest): void {
  if (started.has(request)) return;
  const active = client.start(request.method, () => readRequest(request));
  if (active === undefined) return;
  started.add(request);
  client.inject(
    active,
    (name) => findHeader(request, name) !== undefined,
    (name, value) => setHeader(request, name, value),
  );
  let failure: unknown;
  // The monitor is no listener to Node: an error that the program does not handle stays one.
  request.on(errorMonitor, (error) => {
    failure = error;
  });
  request.on('close', () => {
    const response = (request as { res?: IncomingMessage }).res;
    const isWhole = response?.complete || response?.statusCode === 101;
    client.end(active, {
      statusCode: response?.statusCode,
      errorType:
        failure !== undefined
          ? errorType(failure)
          : isWhole
            ? undefined
            : (errorCode(response?.errored) ?? 'ECONNRESET'),
      protocolVersion: response?.httpVersion,
      peerAddress: request.socket?.remoteAddress,
      peerPort: request.socket?.remotePort,
    });
  });
}

function readRequest(request: ClientRequest) {
  const { protocol, host, path } = request;
  const authority = findHeader(request, 'host') ?? host;
  const { port } = splitHostPort(authority);
  // A proxied request has the whole URL as its path.
  const url = path.startsWith('/') ? `${protocol}//${authority}${path}` : path;
  return { method: request.method, url, host, port: port ?? (protocol === 'https:' ? 443 : 80) };
}

/** The parts of {@link ClientRequest} that Node keeps to itself: the head as text, once it is built, and what waits to be sent. */
interface RequestInternals {
  _header: string | null;
  _headerSent: boolean;
  outputData?: { data: unknown }[];
  outputSize: number;
}

/** Headers given as an array, or with `Expect`, are turned into text at once; they are then looked for in that text. */
function findHeader(request: ClientRequest, name: string): string | undefined {
  const set = request.getHeader(name);
  if (set !== undefined) return String(set);
  const head = (request as unknown as RequestInternals)._header;
  if (!head) return undefined;
  const start = head.toLowerCase().indexOf(`\r\n${name}:`);
  return start < 0 ? undefined : head.slice(start + name.length + 3, head.indexOf('\r\n', start + 2)).trim();
}

function setHeader(request: ClientRequest, name: string, value: string): void {
  const internals = request as unknown as RequestInternals;
  const head = internals._header;
  if (!head) {
    request.setHeader(name, value);
    return;
  }
  if (!head.endsWith('\r\n\r\n')) return;
  const extended = `${head.slice(0, -2)}${name}: ${value}\r\n\r\n`;
  if (internals._headerSent) {
    const queued = internals.outputData?.[0];
    if (queued?.data !== head) return;
    queued.data = extended;
    internals.outputSize += extended.length - head.length;
  }
  internals._header = extended;
}

/** Before Node 22.12 no channel tells of a request whose headers can still be set. */
function patchRequestFunctions(http: { request: AnyFunction; get: AnyFunction }): void {
  replaceMethod(
    http,
    'request',
    (request) =>
      function (this: unknown, ...args: unknown[]) {
        const created = Reflect.apply(request, this, args) as ClientRequest;
        try {
          startClientSpan(created);
        } catch (error) {
          reportFailure(error);
        }
        return created;
      },
  );
  // Node's own `get` calls its own `request` and ends it at once, before headers could be added.
  replaceMethod(
    http,
    'get',
    () =>
      function (this: unknown, ...args: unknown[]) {
        const created = Reflect.apply(http.request, this, args) as ClientRequest;
        created.end();
        return created;
      },
  );
}

function errorCode(error: unknown): string | undefined {
  return error ? errorType(error) : undefined;
}
