import type { RequestOptions } from 'node:http';
import type { Peer } from './connection';
import { hostOf, portOf } from './origin';
import { basicCredentials, type ProxyConfig, type ProxyServer, proxyFor } from './proxy';
import { createTlsReader, type TlsFiles } from './tls-files';

/** Where requests go, and through what. */
export interface RouteTarget {
  /** http or https; may contain credentials. */
  readonly url: string;
  /** A Unix domain socket, instead of the host and port of the URL. */
  readonly socketPath?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly proxy?: ProxyConfig | undefined;
}

export interface HttpRoute {
  readonly peer: Peer;
  /** For `http.request`: of the target or, where a proxy passes requests on, of that. */
  readonly options: RequestOptions & { readonly hostname: string; readonly path: string };
  /** Headers that come of the way there. */
  readonly headers: Readonly<Record<string, string>>;
  /** Puts a path of the target into the form that goes onto the request line. */
  requestPath(path: string): string;
}

/**
 * The way of an HTTP request: straight, through a proxy that passes it on (http: the whole URL stands on the request line, RFC 9112, 3.2.2), or
 * through a tunnel that a proxy opens (https: CONNECT).
 */
export function httpRouteTo({ url: text, socketPath, tls, proxy: proxies = {} }: RouteTarget): HttpRoute {
  const url = new URL(text);
  const isSecure = url.protocol === 'https:';
  const proxy = socketPath === undefined ? proxyFor(url, proxies) : undefined;
  const passesOn = proxy !== undefined && !isSecure;
  const host = passesOn ? proxy.host : hostOf(url);
  const port = passesOn ? proxy.port : portOf(url);
  const usesTls = passesOn ? proxy.isSecure : isSecure;
  const requestPath = (path: string) => (passesOn ? `http://${url.host}${path}` : path);
  return {
    peer: {
      host,
      port,
      socketPath,
      tls: usesTls ? createTlsReader(passesOn ? {} : (tls ?? {})) : undefined,
      tunnel: passesOn ? undefined : proxy,
    },
    options: {
      protocol: usesTls ? 'https:' : 'http:',
      hostname: host,
      port,
      path: requestPath(url.pathname + url.search),
      method: 'POST',
      ...(socketPath !== undefined && { socketPath }),
      ...(url.username && { auth: plainCredentials(url) }),
    },
    headers: passesOn ? proxyHeaders(url, proxy) : {},
    requestPath,
  };
}

function proxyHeaders({ host }: URL, { authorization }: ProxyServer): Record<string, string> {
  return { host, ...(authorization && { 'proxy-authorization': authorization }) };
}

function plainCredentials({ username, password }: URL): string {
  return Buffer.from(basicCredentials(username, password).slice('Basic '.length), 'base64').toString();
}
