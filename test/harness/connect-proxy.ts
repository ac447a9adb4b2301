import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';

export interface ConnectProxy {
  readonly port: number;
  /** What was asked: `CONNECT host:port` or `POST http://host:port/path`. */
  readonly asked: readonly string[];
  /** Values of Proxy-Authorization. */
  readonly credentials: readonly (string | undefined)[];
  /** What is answered to CONNECT instead of a tunnel. */
  refusal: string | undefined;
  stop(): void;
}

/**
 * Starts an HTTP proxy that passes requests on and opens tunnels, all of them to 127.0.0.1: names need not exist.
 * @param tls - key and certificate of a proxy that is spoken to over TLS
 */
export async function startConnectProxy(tls?: { key: Buffer; cert: Buffer }): Promise<ConnectProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server: Server = tls ? createSecureServer(tls) : createServer();
  const note = (line: string, authorization: string | undefined) => {
    asked.push(line);
    credentials.push(authorization);
  };
  server.on('request', (incoming, response) => {
    const { 'proxy-authorization': authorization, ...headers } = incoming.headers;
    note(`${incoming.method} ${incoming.url} (${headers.host})`, authorization);
    const url = new URL(incoming.url!);
    const onward = httpRequest(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname + url.search,
        method: incoming.method,
        headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket, head) => {
    note(`CONNECT ${incoming.url}`, incoming.headers['proxy-authorization']);
    socket.on('error', () => {});
    if (proxy.refusal !== undefined) {
      socket.end(`HTTP/1.1 ${proxy.refusal}\r\n\r\n`);
      return;
    }
    const onward = connect(Number(incoming.url!.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: ConnectProxy = {
    port: (server.address() as AddressInfo).port,
    asked,
    credentials,
    refusal: undefined,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}
