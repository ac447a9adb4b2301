/** Telemetry on its way out, already encoded. */
export interface Batch<T> {
  /** Number of items added. */
  readonly count: number;
  readonly byteLength: number;
  /** Encodes one item; `false` if it would make the batch too large (then it is not added). */
  add(item: T): boolean;
  /** The whole request body; called once, when nothing more is added. */
  encode(): Uint8Array;
}
