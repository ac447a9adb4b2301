import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthority, serverOptions } from '../../harness/certificates';
import { startGrpcReceiver } from '../../harness/grpc-receiver';
import type { Given } from './row';

/** One request as it came, not decoded: protocols and paths that the OTLP receiver does not take. */
export interface SinkRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Name in the client's certificate. */
  readonly client?: string | undefined;
}

export interface Sink {
  readonly requests: readonly SinkRequest[];
  /** Emits `aborted`, with its path, for a request that the client gave up. */
  readonly events: EventEmitter;
}

/** Starts a server for HTTP whose base URL is `{SINK}`. @param hangs - whether it answers nothing. */
export async function startSink(t: TestContext, hangs = false): Promise<Given> {
  const requests: SinkRequest[] = [];
  const events = new EventEmitter();
  const server = createServer((request, response) => receive(request, response, requests, events, hangs));
  const port = await listen(t, server);
  return { env: { SINK: `http://127.0.0.1:${port}` }, sink: { requests, events } };
}

/** The same over TLS, for clients with a certificate: `{CA}`, `{KEY}` and `{CERT}` are the files that it takes. */
export async function startTlsSink(t: TestContext): Promise<Given | undefined> {
  const ca = createAuthority();
  if (!ca) {
    t.skip('openssl is missing');
    return undefined;
  }
  t.after(() => ca.remove());
  const requests: SinkRequest[] = [];
  const events = new EventEmitter();
  const { cert } = serverOptions({ key: ca.certificate, certificate: ca.certificate });
  const options = { ...serverOptions(ca.issue('localhost')), ca: [cert], requestCert: true };
  const server = createTlsServer(options, (request, response) =>
    receive(request, response, requests, events, false),
  );
  const port = await listen(t, server);
  const client = ca.issue('client');
  const env = {
    SINK: `https://localhost:${port}`,
    CA: ca.certificate,
    KEY: client.key,
    CERT: client.certificate,
  };
  return { env, sink: { requests, events } };
}

/** Starts a server for gRPC at `{GRPC}`, a host and a port. */
export async function startGrpcSink(t: TestContext): Promise<Given> {
  const receiver = await startGrpcReceiver();
  t.after(() => receiver.stop());
  const requests: SinkRequest[] = [];
  receiver.answer = ({ path, metadata, body }) => {
    requests.push({ path, headers: metadata as IncomingHttpHeaders, body });
    return undefined;
  };
  return { env: { GRPC: `127.0.0.1:${receiver.port}` }, sink: { requests, events: new EventEmitter() } };
}

function receive(
  request: IncomingMessage,
  response: ServerResponse,
  requests: SinkRequest[],
  events: EventEmitter,
  hangs: boolean,
): void {
  const { url = '', headers, socket } = request;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const client = (socket as TLSSocket).getPeerCertificate?.().subject?.CN as string | undefined;
    requests.push({ path: url, headers, body: Buffer.concat(chunks), client });
    if (!hangs) response.end();
  });
  response.on('close', () => {
    if (!response.writableFinished) events.emit('aborted', url);
  });
}

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
