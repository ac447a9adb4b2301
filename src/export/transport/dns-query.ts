import type { Resolver } from 'node:dns';

type Callback = (error: NodeJS.ErrnoException | null, addresses: readonly string[]) => void;

/** Time before a name server is asked again, in milliseconds; it doubles. */
const queryTimeoutMillis = 1000;
const queryTries = 3;

/**
 * Looks a name up as `getaddrinfo` does with "files dns": in `/etc/hosts` first, then with the search list of `/etc/resolv.conf` (resolv.conf(5)), IPv4
 * addresses before IPv6. Queries go through a `dns.Resolver` of its own, whose requests can be cancelled.
 *
 * @returns cancels the lookup; the callback then gets an error.
 */
export function resolveByDns(hostname: string, callback: Callback): () => void {
  const inHosts = addressesInHosts(readText('/etc/hosts'), hostname);
  if (inHosts.length > 0) {
    callback(null, inHosts);
    return () => {};
  }
  const dns = require('node:dns') as typeof import('node:dns');
  const resolver = new dns.Resolver({ timeout: queryTimeoutMillis, tries: queryTries });
  let isCancelled = false;
  const names = candidates(hostname, readText('/etc/resolv.conf'));
  next(null);
  return () => {
    isCancelled = true;
    resolver.cancel();
  };

  function next(lastError: NodeJS.ErrnoException | null): void {
    const name = names.shift();
    if (name === undefined) {
      callback(lastError, []);
      return;
    }
    queryBoth(resolver, name, (error, addresses) => {
      if (error && isKnownNowhere(error) && !isCancelled) next(error);
      else callback(error, addresses);
    });
  }
}

/** Whether name servers answered, and said that there is no such name or no address of it. */
export function isKnownNowhere({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/** IPv4 and IPv6 at once; what one of the two knows is enough. */
function queryBoth(resolver: Resolver, name: string, callback: Callback): void {
  const found: (readonly string[])[] = [[], []];
  const errors: NodeJS.ErrnoException[] = [];
  let open = 2;
  const answer = (index: number) => (error: NodeJS.ErrnoException | null, addresses: string[]) => {
    if (error) errors.push(error);
    else found[index] = addresses;
    if (--open > 0) return;
    const all = found.flat();
    // A server that does not answer says more than one that has no address of this family.
    const worst = errors.find((each) => !isKnownNowhere(each)) ?? errors[0] ?? null;
    callback(all.length > 0 ? null : worst, all);
  };
  resolver.resolve4(name, answer(0));
  resolver.resolve6(name, answer(1));
}

/** Of one name. */
const maxAddresses = 64;

/**
 * The addresses of a name in a hosts(5) file, IPv4 first. Some of these files list a hundred thousand hosts, so the name is searched for, and only the
 * lines that hold it are read.
 */
export function addressesInHosts(hosts: string, hostname: string): string[] {
  const wanted = hostname.toLowerCase().replace(/\.$/, '');
  const text = hosts.toLowerCase();
  const addresses: string[] = [];
  let at = wanted === '' ? -1 : text.indexOf(wanted);
  while (at >= 0 && addresses.length < maxAddresses) {
    const end = at + wanted.length;
    let next = end;
    if (isSpace(text.charCodeAt(at - 1)) && endsName(text.charCodeAt(end))) {
      const before = text.slice(text.lastIndexOf('\n', at) + 1, at).trim();
      if (before !== '' && !before.includes('#')) addresses.push(before.split(/\s/, 1)[0]!);
      next = text.indexOf('\n', end);
    }
    at = next < 0 ? -1 : text.indexOf(wanted, next);
  }
  return [...addresses.filter(isIPv4), ...addresses.filter((address) => !isIPv4(address))];
}

const isIPv4 = (address: string) => !address.includes(':');

/** White space within a line. */
const isSpace = (code: number) => code === 0x20 || code === 0x09;
const endsName = (code: number) => !(code > 0x20) || code === 0x23;

/** Of `/etc/resolv.conf`: usually it has a few hundred. */
const maxResolvConfChars = 8192;

/** The names that are tried in turn: with the domains of `search` behind them, and as they are, sooner if they have `ndots` dots. */
export function candidates(hostname: string, resolvConf: string): string[] {
  if (hostname.endsWith('.')) return [hostname.slice(0, -1)];
  let domains: readonly string[] = [];
  let ndots = 1;
  for (const line of resolvConf.slice(0, maxResolvConfChars).split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = values;
    if (keyword === 'options')
      ndots = Number(
        /^ndots:(\d+)$/.exec(values.find((value) => value.startsWith('ndots:')) ?? '')?.[1] ?? ndots,
      );
  }
  const searched = domains
    .filter((domain) => domain !== '.')
    .map((domain) => `${hostname}.${domain.replace(/\.$/, '')}`);
  const dots = hostname.split('.').length - 1;
  return dots >= ndots ? [hostname, ...searched] : [...searched, hostname];
}

function readText(path: string): string {
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
