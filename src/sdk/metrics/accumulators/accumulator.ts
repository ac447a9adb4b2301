import type { MetricData } from '../../../model/metric-data';

type PointOf<M> = M extends { readonly points: readonly (infer P)[] } ? P : never;
type WithoutIdentity<P> = Omit<P, 'attributes' | 'startMillis' | 'timeMillis' | 'exemplars'>;

/** The measured part of a data point. */
export type Measured<T extends MetricData['type']> = WithoutIdentity<
  PointOf<Extract<MetricData, { type: T }>>
>;

/**
 * Where the measurements of one series add up. `add` runs for every measurement of the program: it allocates nothing, and numbers are held in
 * typed arrays, since a number with a fraction in an ordinary property can cost an object at each change.
 */
export interface Accumulator {
  /** @returns the bucket that took the value, for exemplars; 0 where there are none. */
  add(value: number): number;
  /** What has come together. With `reset`, starts again from nothing. */
  take(reset: boolean): Measured<MetricData['type']>;
}
