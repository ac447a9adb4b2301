/**
 * How a worker finds the main thread. `workerData`, the environment and the port between the two belong to the program, and `MessageChannel`s
 * need one of them. So a worker that has something to hand over says so once on a channel that all threads of the process can join, with the memory
 * that it writes to, and leaves it again: there is no silent peer whom each message is copied to, and nothing else ever goes this way.
 */
export const channelName = 'otel-instrument';

/** What a worker says. */
export interface Offer {
  readonly threadId: number;
  /** If it was given one: spans of another service are not the main thread's. */
  readonly serviceName: string | undefined;
  /** A ring with what it has finished. */
  readonly memory: SharedArrayBuffer;
  /** A table with what it has not. */
  readonly open: SharedArrayBuffer;
}

/** Below, Node does not tell the main thread of the workers that the program starts, so nobody listens, and workers export for themselves. */
export const nodeVersions = '>=20.6.0';
/** Of `node:diagnostics_channel`: tells of each worker that starts. */
export const workerChannel = 'worker_threads';
