import type { EncodedItem } from '../../model/encoded-item';
import type { EndedSpan } from '../../model/ended-span';
import type { Batch } from '../batch';
import { createScopedBatch, type EncodedResource } from './scoped-batch';
import { writeSpan } from './span';

/** A batch of spans; see {@link createScopedBatch}. */
export function createTraceBatch(
  resource: EncodedResource,
  maxBytes: number,
): Batch<EndedSpan | EncodedItem> {
  return createScopedBatch(resource, maxBytes, writeSpan);
}
