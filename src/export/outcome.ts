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
    }
  | { readonly kind: 'failure'; readonly reason: string };

/** A request under way. */
export interface Sending {
  /** Whether all of it is with the operating system, which delivers it even if the process ends now: sending it again would double it. */
  hasLeft(): boolean;
}

/** Sends a request body once and says what became of it. `done` is called exactly once. */
export interface Transport {
  send(body: Uint8Array, timeoutMillis: number, done: (outcome: Outcome) => void): Sending;
  /** Sends without the event loop, for the end of the process: blocks until an answer, a failure, or the end of the budget. */
  sendSync(body: Uint8Array, budgetMillis: number): Outcome;
  /** Closes idle connections. */
  shutdown(): void;
}
