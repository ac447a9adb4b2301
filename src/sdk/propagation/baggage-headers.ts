import type { BaggageEntry, Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { baggageOf, createBaggage, withBaggage } from './baggage';
import { singleHeader } from './header-value';
import { percentDecode } from './percent-encoding';
import { MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES } from './w3c-baggage';

/**
 * Adds to the context's baggage what stands in headers of their own, one for each entry: `uberctx-user: ada`. As with the
 * `baggage` header, what is beyond its limits is not read.
 *
 * @param prefix of the header names, in lower case
 */
export function extractBaggageHeaders<Carrier>(
  context: Context,
  carrier: Carrier,
  getter: TextMapGetter<Carrier>,
  prefix: string,
): Context {
  let baggage = baggageOf(context);
  let count = 0;
  let bytes = 0;
  for (const name of getter.keys(carrier)) {
    if (!hasPrefix(name, prefix)) continue;
    const value = singleHeader(getter.get(carrier, name));
    if (value === undefined || name.length === prefix.length) continue;
    bytes += name.length + value.length;
    if (bytes > MAX_BAGGAGE_BYTES || ++count > MAX_BAGGAGE_ENTRIES) break;
    const entry: BaggageEntry = { value: percentDecode(value) };
    baggage = (baggage ?? createBaggage()).setEntry(name.slice(prefix.length), entry);
  }
  return baggage === undefined || count === 0 ? context : withBaggage(context, baggage);
}

/**
 * Writes the context's baggage as headers of their own. An entry whose key cannot be a header name, or whose value is not
 * written by `encode`, is left out, and so is what is beyond the limits of the `baggage` header.
 */
export function injectBaggageHeaders<Carrier>(
  context: Context,
  carrier: Carrier,
  setter: TextMapSetter<Carrier>,
  prefix: string,
  encode: (value: string) => string | undefined,
): void {
  let count = 0;
  let bytes = 0;
  for (const [key, { value }] of baggageOf(context)?.getAllEntries() ?? []) {
    const encoded = headerName.test(key) ? encode(String(value)) : undefined;
    if (encoded === undefined) continue;
    bytes += prefix.length + key.length + encoded.length;
    if (bytes > MAX_BAGGAGE_BYTES || ++count > MAX_BAGGAGE_ENTRIES) return;
    setter.set(carrier, prefix + key, encoded);
  }
}

/** A token (RFC 9110, section 5.6.2). */
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

function hasPrefix(name: unknown, prefix: string): name is string {
  return typeof name === 'string' && name.slice(0, prefix.length).toLowerCase() === prefix;
}
