/**
 * Attributes as the SDK holds them until they are encoded: key, value, key, value and so on, with room behind them; they end where a key is
 * `undefined`. One list takes half the memory of two, and a third of a map's.
 */
export type AttributeList<V = unknown> = (string | V | undefined)[];

/** For a dozen, which is what the conventions ask of a server's span. */
const room: readonly undefined[] = new Array(24).fill(undefined);

/** An empty list. */
export function createAttributes<V>(): AttributeList<V> {
  return room.slice();
}

/** Where a key is, or would be added. */
export function placeOf(attributes: Readonly<AttributeList>, key: string): number {
  let place = 0;
  while (place < attributes.length && attributes[place] !== undefined && attributes[place] !== key)
    place += 2;
  return place;
}

/** Sets an attribute, beyond every limit. */
export function setAt<V>(attributes: AttributeList<V>, key: string, value: V): void {
  const place = placeOf(attributes, key);
  attributes[place] = key;
  attributes[place + 1] = value;
}

/** The value of a key; `undefined` if it is not there. */
export function attributeOf(attributes: Readonly<AttributeList>, key: string): unknown {
  return attributes[placeOf(attributes, key) + 1];
}

/** Keys and values, in the order in which they were set. */
export function toEntries<V>(attributes: Readonly<AttributeList<V>>): [key: string, value: V][] {
  const entries: [string, V][] = [];
  for (let i = 0; i < attributes.length && attributes[i] !== undefined; i += 2)
    entries.push([attributes[i] as string, attributes[i + 1] as V]);
  return entries;
}
