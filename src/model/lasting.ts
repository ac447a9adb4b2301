/** An item that stays as it is, and holds what it was given, until it is told to let go of that: it can be read later. */
export interface Lasting {
  letGo(): void;
}

/** Whether an item is one. Others are read when they are given, or never: the bytes of an encoded one may be overwritten. */
export function isLasting<T>(item: T): item is T & Lasting {
  return typeof (item as Partial<Lasting>).letGo === 'function';
}
