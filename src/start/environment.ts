import type { Attributes } from '@opentelemetry/api';
import type { Config } from '../config/config';
import type { Delivery, ProcessEnd } from '../lifecycle/process-end';
import type { Report } from './report';
import type { Threads } from './threads';

/** What the signals share while they are wired. */
export interface StartEnvironment {
  readonly config: Config;
  /** Found out at the first call, which is not before there is something to export. */
  readonly resource: () => Attributes;
  readonly userAgent: string;
  readonly processEnd: ProcessEnd;
  /** What the end of the process empties, in this order. */
  readonly deliveries: Delivery[];
  /** Between worker threads and the main one. */
  readonly threads: Threads;
  /** Only if somebody wants to know what was done. */
  readonly report?: Report | undefined;
}
