import type { TimeInput } from '@opentelemetry/api';
import { attributeOf } from '../../../model/attribute-list';
import type { SpanIdentity } from '../../../model/span-identity';
import { identityKey } from '../context-keys';
import { RecordingSpan, type SpanEnvironment } from '../recording-span';
import type { ReadonlyAttributes } from './sampler';

/** Asks the sampler; `undefined`: the span is dropped. */
export type Decide = (span: UndecidedSpan) => SpanEnvironment | undefined;

/**
 * A span whose attributes are still collected, since the sampler looks at them. The decision falls when somebody wants its identity,
 * with the flag in it, or ends it.
 */
export class UndecidedSpan extends RecordingSpan implements ReadonlyAttributes {
  decide: Decide | undefined;

  override get [identityKey](): SpanIdentity {
    if (this.decide !== undefined) this.settle(this.decide);
    return this.context;
  }

  override end(endTime?: TimeInput): void {
    if (this.decide !== undefined) this.settle(this.decide);
    super.end(endTime);
  }

  get(key: string): unknown {
    return attributeOf(this.attributes, key);
  }

  private settle(decide: Decide): void {
    this.decide = undefined;
    const environment = decide(this);
    if (environment === undefined) {
      this.discard();
      return;
    }
    this.environment = environment;
    environment.openSpans?.add(this);
  }
}
