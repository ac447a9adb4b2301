/** What became of one attempt to send a request. Failures are values: nothing below the exporter throws. */
export type Outcome =
  | {
      readonly kind: 'success';
      /** What a partial success refused, with the collector's reason. */
      readonly rejected?: { count: number; message: string };
    }
  | {
      readonly kind: 'retryable';
      readonly reason: string;
      /** As asked for by the receiver. */
      readonly delayMillis?: number | undefined;
      /** The request has left whole and nothing came back: it may have been taken all the same. */
      readonly isUnanswered?: boolean;
    }
  /** The collector takes no request of this size (HTTP 413); its halves may pass. */
  | { readonly kind: 'tooLarge'; readonly reason: string; readonly isUnanswered?: boolean }
  | {
      readonly kind: 'failure';
      readonly reason: string;
      /** As above: what came back was no answer. */
      readonly isUnanswered?: boolean;
    };

/** An attempt that did not succeed and says something about the collector. */
export type Failed = Extract<Outcome, { kind: 'retryable' | 'failure' }>;

/** A request under way. */
export interface Sending {
  /** Whether all of it is with the operating system, which delivers it even if the process ends now: sending it again would double it. */
  hasLeft(): boolean;
}

/** Sends a request body once and says what became of it. `done` is called exactly once. */
export interface Transport {
  /** Several may be under way: one that has waited long for an answer does not keep the next from leaving. */
  send(body: Uint8Array, timeoutMillis: number, done: (outcome: Outcome) => void): Sending;
  /** Sends without the event loop, for the end of the process: blocks until an answer, a failure, or the end of the budget. */
  sendSync(body: Uint8Array, budgetMillis: number): Outcome;
  /** Closes idle connections. */
  shutdown(): void;
}
