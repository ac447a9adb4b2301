import { log, messageOf } from '../diag/log';
import type { EncodedItem } from '../model/encoded-item';
import type { Scope } from '../model/span-data';
import type { Exporter } from './exporter';
import { scopeItems, type WriteItem } from './otlp/scoped-batch';
import type { WriterBuffer } from './otlp/strings';
import { Writer } from './otlp/writer';

/** A worker's way to the main thread, for one signal. */
export interface Way {
  /** `false` if the item is for this thread to export. */
  give(scope: Scope, encoded: Uint8Array): boolean;
  isInDoubt(): boolean;
  /** Brings back what nobody has taken. @param waitMillis - how long to wait for somebody, as the thread ends. */
  settle(waitMillis: number): void;
}

/** An exporter that also takes back what nobody on the other side has taken. */
export interface HandOverExporter<T> extends Exporter<T> {
  takeBack(item: EncodedItem): void;
  /** Loads what {@link takeBack} needs. */
  prepare(): void;
}

/** The main thread answers within a millisecond if it is idle; to export by itself costs a worker thirty. */
const waitMillis = 20;

/**
 * An exporter of a worker thread: encodes as the main thread does, and hands the bytes over instead of sending them.
 * @param createOwn - the exporter to use if that fails.
 */
export function createHandOverExporter<T extends { readonly scope: Scope }>(
  way: Way,
  writeItem: WriteItem<T>,
  createOwn: () => Exporter<T | EncodedItem>,
): HandOverExporter<T> {
  const encode = createEncoder(writeItem);
  let own: Exporter<T | EncodedItem> | undefined;
  let prepared: Exporter<T | EncodedItem> | undefined;

  return {
    add(item) {
      const encoded = own ? undefined : encode(item);
      if (encoded === undefined) return own?.add(item) === true;
      if (!way.give(item.scope, encoded)) requireOwn().add({ scope: item.scope, encoded: encoded.slice() });
      return false;
    },
    prepare() {
      prepared ??= createOwn();
    },
    takeBack(item) {
      requireOwn().add(item);
    },
    hasUndelivered: () => (own ? own.hasUndelivered() : way.isInDoubt()),
    flush: () => own?.flush(),
    hold: () => own?.hold?.(),
    flushSync(budgetMillis) {
      if (!own) way.settle(waitMillis);
      own?.flushSync(budgetMillis);
    },
  };

  function requireOwn(): Exporter<T | EncodedItem> {
    own ??= prepared ?? createOwn();
    return own;
  }
}

/** Encodes items into one buffer, which the next one overwrites. What it makes of them is `undefined` if one cannot be encoded: that is told. */
export function createEncoder<T>(writeItem: WriteItem<T>): (item: T) => Uint8Array | undefined {
  const writer = Writer.create();
  return (item) => {
    try {
      const buffer = writer as unknown as WriterBuffer;
      buffer.pos = 0;
      // What failed may have left open messages.
      buffer.states = null;
      writeItem(writer, scopeItems.items, item);
      return writer.finish(true);
    } catch (error) {
      log.warnOnce(`telemetry cannot be encoded: ${messageOf(error)}`);
      return undefined;
    }
  };
}
