import type { EndedSpan } from '../../model/ended-span';
import type { Batch } from '../batch';
import { createScopedBatch } from './scoped-batch';
import { writeSpan } from './span';

/** A batch of spans; see {@link createScopedBatch}. */
export function createTraceBatch(resource: Uint8Array, maxBytes: number): Batch<EndedSpan> {
  return createScopedBatch(resource, maxBytes, writeSpan);
}
