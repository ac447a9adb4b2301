import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { monotonicMillis } from '../../model/clock';
import { detached, startTimer, stopTimer } from '../../model/timers';
import { isKnownNowhere, resolveByDns } from './dns-query';
import { releaseLoop } from './release-loop';

/** A lookup that takes longer has failed. */
const maxLookupMillis = 4000;

/** Addresses older than this are asked for again when the next connection opens; until there is an answer the old ones serve. */
const maxAgeMillis = 30_000;

interface Known {
  readonly addresses: readonly string[];
  readonly atMillis: number;
}

type Callback = (error: NodeJS.ErrnoException | null, addresses: readonly string[]) => void;

const known = new Map<string, Known>();
const pending = new Map<string, Callback[]>();
const missing = new Set<string>();

/**
 * Resolves names for our connections, as the `lookup` of `net.connect`, `tls.connect`, `http.request` and `http2.connect`. Node's own, `dns.lookup`,
 * occupies a thread that nothing can cancel: with a resolver that never answers, a program is held by it for 10 s, even if it calls `process.exit`. So
 * the name servers are asked by `dns.Resolver`, which can be cancelled, and `dns.lookup` only when they have answered that they do not know the name
 * (it may stand in another source of nsswitch.conf). Known addresses answer synchronously, which makes the connect synchronous as well.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, (error, addresses) => {
    const { isIP } = require('node:net') as typeof import('node:net');
    const wanted = Number(String(options.family ?? 0).replace('IPv', ''));
    const matching: LookupAddress[] = addresses
      .map((address) => ({ address, family: isIP(address) }))
      .filter(({ family }) => wanted === 0 || family === wanted);
    if (error === null && matching.length === 0) error = lookupError('ENOTFOUND', hostname);
    if (error !== null) callback(error, []);
    else if (options.all) callback(null, matching);
    else callback(null, matching[0]!.address, matching[0]!.family);
  });
};

/** Starts a lookup before the first connection needs it, so that the end of a short program finds the address known. */
export function resolveEarly(hostname: string): void {
  if (knownAddresses(hostname).length === 0) resolve(hostname, () => {});
}

/** What can be said of a name at once: addresses themselves, `localhost`, and what has been resolved. */
export function knownAddresses(hostname: string): readonly string[] {
  const { isIP } = require('node:net') as typeof import('node:net');
  if (isIP(hostname)) return [hostname];
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return ['127.0.0.1', '::1'];
  return known.get(hostname)?.addresses ?? [];
}

/** Whether the last lookup was answered: there is no such name. */
export function isMissing(hostname: string): boolean {
  return missing.has(hostname);
}

/** Puts the address that has answered before the others. */
export function rememberAddress(hostname: string, address: string | undefined): void {
  const entry = known.get(hostname);
  if (address === undefined || entry?.addresses[0] === address) return;
  const others = entry?.addresses.filter((other) => other !== address) ?? [];
  known.set(hostname, { addresses: [address, ...others], atMillis: entry?.atMillis ?? monotonicMillis() });
}

function resolve(hostname: string, callback: Callback): void {
  const addresses = knownAddresses(hostname);
  const entry = known.get(hostname);
  const isFresh = entry === undefined || monotonicMillis() - entry.atMillis < maxAgeMillis;
  if (addresses.length > 0 && isFresh) {
    callback(null, addresses);
    return;
  }
  const waiting = pending.get(hostname);
  if (waiting) {
    waiting.push(callback);
    return;
  }
  pending.set(hostname, [callback]);
  detached(() => ask(hostname));
}

function ask(hostname: string): void {
  let isDone = false;
  const cancel = resolveByDns(hostname, (error, addresses) => {
    if (error && isKnownNowhere(error)) lookupElsewhere(hostname, finish);
    else finish(error, addresses);
  });
  const timer = startTimer(() => {
    cancel();
    finish(lookupError('EAI_AGAIN', hostname), []);
  }, maxLookupMillis);
  releaseLoop(
    () => !isDone,
    () => {
      cancel();
      finish(lookupError('EAI_AGAIN', hostname), []);
    },
  );

  function finish(error: NodeJS.ErrnoException | null, addresses: readonly string[]): void {
    if (isDone) return;
    isDone = true;
    stopTimer(timer);
    if (addresses.length > 0) known.set(hostname, { addresses, atMillis: monotonicMillis() });
    if (error && isKnownNowhere(error)) missing.add(hostname);
    else missing.delete(hostname);
    const old = knownAddresses(hostname);
    const callbacks = pending.get(hostname) ?? [];
    pending.delete(hostname);
    const failure = error && lookupError(isKnownNowhere(error) ? 'ENOTFOUND' : 'EAI_AGAIN', hostname);
    for (const callback of callbacks) callback(old.length > 0 ? null : failure, old);
  }
}

function lookupElsewhere(hostname: string, callback: Callback): void {
  const dns = require('node:dns') as typeof import('node:dns');
  dns.lookup(hostname, { all: true, verbatim: true }, (error, found) =>
    callback(error, error ? [] : found.map(({ address }) => address)),
  );
}

function lookupError(code: string, hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`lookup ${code} ${hostname}`), { code, hostname, syscall: 'lookup' });
}
