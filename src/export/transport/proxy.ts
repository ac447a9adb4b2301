import { BlockList, isIP } from 'node:net';
import { log } from '../../diag/log';
import { hostOf, portOf } from './origin';

/** The proxy variables, as they are set: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, lower case first. */
export interface ProxyConfig {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly noProxy?: string | undefined;
}

/** A proxy that stands between us and the collector. */
export interface ProxyServer {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization. */
  readonly authorization?: string;
}

/**
 * The proxy for a URL, if it goes through one. As in Go and curl, what is on this machine never does, whatever `NO_PROXY` says.
 *
 * @param isTunnel - whether the connection is one that only CONNECT can carry, as HTTP/2 is: then `HTTPS_PROXY` comes first, as gRPC has it.
 * @returns undefined also, and one line that names the variable, where that holds no proxy that we can use
 */
export function proxyFor(url: URL, config: ProxyConfig, isTunnel = false): ProxyServer | undefined {
  const { http, https } = config;
  const text = url.protocol === 'https:' ? https : isTunnel ? (https ?? http) : http;
  if (!text) return undefined;
  const host = hostOf(url);
  if (isLoopback(host) || isExcluded(host, portOf(url), config.noProxy ?? '')) return undefined;
  return parseProxy(text, text === https ? 'HTTPS_PROXY' : 'HTTP_PROXY');
}

function parseProxy(text: string, setting: string): ProxyServer | undefined {
  const url = tryParse(text.includes('://') ? text : `http://${text}`);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const found = url ? `${url.protocol}//${url.host}` : text.replace(/^.*@/, '');
    log.warnOnce(
      `${setting}: expected the URL of an http or https proxy, got ${JSON.stringify(found.slice(0, 100))}; going without`,
    );
    return undefined;
  }
  const { username, password } = url;
  return {
    isSecure: url.protocol === 'https:',
    host: hostOf(url),
    port: portOf(url),
    ...(username && { authorization: basicCredentials(username, password) }),
  };
}

/** Of a URL's user and password, which are percent-encoded there (RFC 7617). */
export function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}`;
}

/** A lone `%` is what it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function tryParse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family !== 0) return loopback.check(host, `ipv${family}` as 'ipv4');
  return host === 'localhost' || host.endsWith('.localhost');
}

/**
 * Whether an entry of `NO_PROXY` covers the host: `*`, a domain (which covers what is below it, with or without a dot before it), an address, or a
 * range of addresses (`10.0.0.0/8`); each but `*` may end in a port.
 */
function isExcluded(host: string, port: number, noProxy: string): boolean {
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => entry !== '' && covers(entry, host, port));
}

function covers(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return rangeCovers(entry, host);
  const found = isIP(entry) === 0 ? /:(\d+)$/.exec(entry) : null;
  if (found !== null && Number(found[1]) !== port) return false;
  const name = found === null ? entry : entry.slice(0, found.index);
  const domain = name.replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function rangeCovers(entry: string, host: string): boolean {
  const [address = '', prefix = ''] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix)) return false;
  const range = new BlockList();
  try {
    range.addSubnet(address, Number(prefix), `ipv${family}` as 'ipv4');
  } catch {
    return false;
  }
  return range.check(host, `ipv${family}` as 'ipv4');
}
