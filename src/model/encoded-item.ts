import type { Scope } from './span-data';

/** A span or a log record that another thread has encoded: the field of its scope message, tag and length included. */
export interface EncodedItem {
  readonly scope: Scope;
  readonly encoded: Uint8Array;
}
