import type { EncodedItem } from '../../model/encoded-item';
import type { MetricData } from '../../model/metric-data';
import type { Scope } from '../../model/span-data';
import type { Batch } from '../batch';
import { writeMetric } from './metric';
import { createScopedBatch, type EncodedResource } from './scoped-batch';

/** A metric with the scope of its meter. */
export interface ScopedMetric {
  readonly scope: Scope;
  readonly metric: MetricData;
}

/** A batch of metrics; see {@link createScopedBatch}. */
export function createMetricBatch(
  resource: EncodedResource,
  maxBytes: number,
): Batch<ScopedMetric | EncodedItem> {
  return createScopedBatch(resource, maxBytes, (writer, tag, { metric }) => writeMetric(writer, tag, metric));
}
