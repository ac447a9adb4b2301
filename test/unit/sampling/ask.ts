import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { SamplerConfig } from '../../../src/config/sampler-config';
import { lazyTraceState } from '../../../src/sdk/propagation/trace-state';
import { askSampler, type Sampler, type SamplingResult } from '../../../src/sdk/trace/sampling/sampler';
import { createSampler } from '../../../src/start/sampling';

const kinds = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;

export interface Asked {
  readonly parent?: SpanContext | undefined;
  readonly traceId?: string;
  readonly name?: string;
  readonly kind?: keyof typeof kinds;
  readonly attributes?: Attributes;
}

/** What a sampler says of a span. */
export function ask(
  sampler: Sampler,
  {
    parent,
    traceId = parent?.traceId ?? traceIdAt(0.5),
    name = 'GET',
    kind = 'server',
    attributes = {},
  }: Asked = {},
): SamplingResult {
  return askSampler(sampler, {
    parent,
    traceId,
    name,
    kind: kinds[kind],
    attributes: { get: (key) => attributes[key] },
    links: [],
  });
}

export function isSampled(sampler: Sampler, asked: Asked = {}): boolean {
  return ask(sampler, asked).decision === 'sample';
}

export function samplerOf(config: SamplerConfig): Sampler {
  return createSampler(config, () => ({ 'service.name': 'shop' }));
}

/** A trace id whose random part is this share of all. */
export function traceIdAt(share: number): string {
  return `${'ab'.repeat(9)}${Math.floor(share * 2 ** 56)
    .toString(16)
    .padStart(14, '0')}`;
}

/** A parent; its trace's randomness is in the middle. */
export function parent(
  isSampled: boolean,
  { isRemote = false, traceState = '', traceId = traceIdAt(0.5) } = {},
): SpanContext {
  return {
    traceId,
    spanId: 'b'.repeat(16),
    traceFlags: isSampled ? 3 : 2,
    isRemote,
    ...(traceState ? { traceState: lazyTraceState(traceState) } : undefined),
  };
}
