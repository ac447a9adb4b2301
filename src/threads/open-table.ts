/**
 * What is unfinished in one thread, in memory where another can read it when the first has been stopped. A place holds one item; it begins with a
 * count of its changes, which is odd while there is something in it, so that a reader notices what was changed while it read.
 */
const placeCount = 256;
const placeBytes = 1024;
const changes = 0;
const length = 1;
const label = 2;
const headWords = 3;
const placeWords = placeBytes / 4;
/** The count of a place that nothing was ever in; nor was it in those after it, since places that are free again are taken first. */
const neverUsed = 0;

/** The memory of a table. What is never written to takes none of the machine's. */
export function createOpenTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(placeCount * placeBytes);
}

/** The end that writes. */
export interface OpenTableWriter {
  /** Puts an item into a free place. Answers which, or `undefined`: all are taken, or it is too long for one. */
  put(label: number, bytes: Uint8Array): number | undefined;
  /** Puts another state of the item in its place; one that is too long leaves the old. */
  replace(place: number, label: number, bytes: Uint8Array): void;
  clear(place: number): void;
}

/** For the thread whose items they are; one writer a table. */
export function openTableWriter(memory: SharedArrayBuffer): OpenTableWriter {
  const words = new Int32Array(memory);
  const data = new Uint8Array(memory);
  const free = Array.from({ length: placeCount }, (_, i) => placeCount - 1 - i);
  return {
    put(itemLabel, bytes) {
      const place = isShort(bytes) ? free.pop() : undefined;
      if (place !== undefined) fill(place, itemLabel, bytes);
      return place;
    },
    replace(place, itemLabel, bytes) {
      if (!isShort(bytes)) return;
      empty(place);
      fill(place, itemLabel, bytes);
    },
    clear(place) {
      empty(place);
      free.push(place);
    },
  };

  function fill(place: number, itemLabel: number, bytes: Uint8Array): void {
    const start = place * placeWords;
    words[start + length] = bytes.length;
    words[start + label] = itemLabel;
    data.set(bytes, (start + headWords) * 4);
    Atomics.add(words, start + changes, 1);
  }

  function empty(place: number): void {
    Atomics.add(words, place * placeWords + changes, 1);
  }
}

/** Gives copies of what is in the table. */
export function readOpenTable(
  memory: SharedArrayBuffer,
  onItem: (label: number, bytes: Uint8Array) => void,
): void {
  const words = new Int32Array(memory);
  for (let start = 0; start < words.length; start += placeWords) {
    const count = Atomics.load(words, start + changes);
    if (count === neverUsed) return;
    if (count % 2 === 0) continue;
    const bytes = new Uint8Array(memory, (start + headWords) * 4, words[start + length]).slice();
    const itemLabel = words[start + label]!;
    if (Atomics.load(words, start + changes) === count) onItem(itemLabel, bytes);
  }
}

/** Whether there is anything in the table. */
export function hasOpenItems(memory: SharedArrayBuffer): boolean {
  const words = new Int32Array(memory);
  for (let start = 0; start < words.length; start += placeWords) {
    const count = Atomics.load(words, start + changes);
    if (count === neverUsed) return false;
    if (count % 2 !== 0) return true;
  }
  return false;
}

function isShort(bytes: Uint8Array): boolean {
  return bytes.length <= placeBytes - headWords * 4;
}
