import { isIPv4, isIPv6 } from 'node:net';
import { globMatcher } from '../../model/glob';

/** What a request to a host may carry: all headers, those of the trace without baggage, or none. */
export type Propagation = 'all' | 'trace' | 'none';

const MAX_KNOWN_HOSTS = 256;

/**
 * Decides what goes to a host; asked at every request, so each host is judged once.
 *
 * Baggage may hold what the program's users must not tell to others, so by default only hosts that are ours by their name or
 * address get it; traces go everywhere. A list of hosts takes the place of both rules: these get all, others nothing.
 *
 * @param allowed host names and addresses, in which `*` stands for any characters; undefined for the default
 */
export function propagationByHost(allowed: readonly string[] | undefined): (host: string) => Propagation {
  const known = new Map<string, Propagation>();
  const patterns = allowed?.map((host) => globMatcher(host.toLowerCase().replace(/^\[(.*)\]$/, '$1')));
  return (host) => {
    let decision = known.get(host);
    if (decision === undefined) {
      decision = decide(host.toLowerCase().replace(/\.$/, ''), patterns);
      if (known.size >= MAX_KNOWN_HOSTS) known.clear();
      known.set(host, decision);
    }
    return decision;
  };
}

function decide(host: string, patterns: readonly ((host: string) => boolean)[] | undefined): Propagation {
  if (patterns) return patterns.some((matches) => matches(host)) ? 'all' : 'none';
  return isOwnHost(host) ? 'all' : 'trace';
}

const ownSuffixes = ['.localhost', '.local', '.internal', '.svc', '.svc.cluster.local'];

/**
 * Whether a host is of the program's own network: loopback, private or link-local addresses (RFC 1918, 4193, 3927, 4291), the
 * path of a Unix socket, names without a dot, and names that only a local resolver knows.
 *
 * @param host in lower case, IPv6 without brackets
 */
export function isOwnHost(host: string): boolean {
  if (host.startsWith('/')) return true;
  if (isIPv4(host)) return isOwnIPv4(host);
  if (isIPv6(host)) return isOwnIPv6(host);
  // `3232235777` and `0xc0a80101` are addresses to resolvers.
  if (!host.includes('.')) return host !== '' && !host.includes(':') && !/^(\d+|0x[0-9a-f]*)$/.test(host);
  return ownSuffixes.some((suffix) => host.endsWith(suffix));
}

function isOwnIPv4(address: string): boolean {
  const [first, second] = address.split('.').map(Number) as [number, number];
  return (
    first === 127 ||
    first === 10 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    address === '0.0.0.0'
  );
}

function isOwnIPv6(address: string): boolean {
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/.exec(address);
  if (mapped) return isOwnIPv4(mapped[1] ?? [...bytesOf(mapped[2]!), ...bytesOf(mapped[3]!)].join('.'));
  const first = Number.parseInt(address, 16);
  const isUniqueLocal = first >= 0xfc00 && first <= 0xfdff;
  const isLinkLocal = first >= 0xfe80 && first <= 0xfebf;
  return address === '::1' || address === '::' || isUniqueLocal || isLinkLocal;
}

function bytesOf(group: string): [number, number] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
