import type { Baggage, BaggageEntry, BaggageEntryMetadata, Context } from '@opentelemetry/api';

// What `propagation` of the API does. It lies in the middle of the package, and nothing of that loads without all of it: 30 kB, for every program
// and every worker with a span.

/** The API's own key (`createContextKey` is `Symbol.for`): every copy of `@opentelemetry/api` in the program finds our baggage, and we theirs. */
const baggageKey = Symbol.for('OpenTelemetry Baggage Key');

/** The baggage of a context, if it has any. */
export function baggageOf(context: Context): Baggage | undefined {
  return context.getValue(baggageKey) as Baggage | undefined;
}

/** A context with that baggage and no other. */
export function withBaggage(context: Context, baggage: Baggage): Context {
  return context.setValue(baggageKey, baggage);
}

export function withoutBaggage(context: Context): Context {
  return context.deleteValue(baggageKey);
}

/** @param entries - those of an object without a prototype may have any name. */
export function createBaggage(entries: Readonly<Record<string, BaggageEntry>> = {}): Baggage {
  return new ImmutableBaggage(new Map(Object.entries(entries)));
}

/** What follows a value in the header, as it is (API specification, "Baggage", "Set Value"). */
export function baggageMetadata(text: string): BaggageEntryMetadata {
  return { toString: () => text } as BaggageEntryMetadata;
}

/** Each change makes another one (API specification, "Baggage"): a context never changes. */
class ImmutableBaggage implements Baggage {
  constructor(private readonly entries: ReadonlyMap<string, BaggageEntry>) {}

  getEntry(key: string): BaggageEntry | undefined {
    const entry = this.entries.get(key);
    return entry && { ...entry };
  }
  getAllEntries(): [string, BaggageEntry][] {
    return [...this.entries];
  }
  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new ImmutableBaggage(new Map(this.entries).set(key, entry));
  }
  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }
  removeEntries(...keys: string[]): Baggage {
    const entries = new Map(this.entries);
    for (const key of keys) entries.delete(key);
    return new ImmutableBaggage(entries);
  }
  clear(): Baggage {
    return new ImmutableBaggage(new Map());
  }
}
