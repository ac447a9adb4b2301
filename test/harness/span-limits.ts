import type { SpanLimits } from '../../src/config/config';

/** Those of a program whose user says nothing. */
export const defaultLimits: SpanLimits = {
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  eventAttributeCount: 128,
  linkAttributeCount: 128,
};
