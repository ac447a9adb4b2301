import { type AnyFunction, monotonicMillis, PrivateField, reportFailure } from '../../src/kit';
import { createDbPools, type DbPoolPoint } from '../../src/kit/databases';

/** The parts of `pg-pool` that its own methods work with. */
interface Pool {
  readonly options: { readonly max: number };
  readonly ended: boolean;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly _clients: readonly Client[];
  readonly _pendingQueue: readonly Pending[];
}

interface Client {
  readonly connectionParameters?: {
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
  };
}

/** A caller that waits for a connection. */
interface Pending {
  callback: AnyFunction;
  timedOut?: boolean;
}

/** When a caller began to wait, a connection to be made, or to be used. */
class Since extends PrivateField {
  #millis = 0;

  static set(identity: object): void {
    const holder = #millis in identity ? identity : new Since(identity);
    holder.#millis = monotonicMillis();
  }

  /** Seconds since then; `undefined` if there was no beginning, or it was asked for already. */
  static take(identity: object): number | undefined {
    if (!(#millis in identity) || identity.#millis === 0) return undefined;
    const seconds = (monotonicMillis() - identity.#millis) / 1000;
    identity.#millis = 0;
    return seconds;
  }
}

/** The name that the conventions give a pool without one; known with its first connection. */
const names = new WeakMap<Pool, string>();

const pools = createDbPools<Pool>('pg', (pool) =>
  pool.ended
    ? undefined
    : {
        name: names.get(pool)!,
        used: pool.totalCount - pool.idleCount,
        idle: pool.idleCount,
        pending: pool.waitingCount,
        limit: pool.options.max,
      },
);

/** Methods of a pool that measure themselves; unchanged where nobody collects metrics. */
export const measured: Readonly<
  Record<'connect' | 'newClient' | '_acquireClient' | '_release', (original: AnyFunction) => AnyFunction>
> = {
  connect: after((pool, _args, before) => {
    const waiting = pool._pendingQueue.at(-1);
    if (waiting === undefined || pool.waitingCount <= before) return;
    Since.set(waiting);
    countTimeout(pool, waiting);
  }),

  newClient: after((pool, [pending]) => {
    const made = pool._clients.at(-1);
    if (made === undefined || typeof pending !== 'object' || pending === null) return;
    addOnce(pool, made);
    Since.set(made);
    // From the queue it comes with the beginning that it has.
    if (!hasWaited.has(pending as Pending)) Since.set(pending);
    tellTimeout(pool, pending as Pending);
  }),

  _acquireClient: before((pool, [client, pending, , isNew]) => {
    const point = pointOf(pool);
    const waited = Since.take(pending as object);
    const created = Since.take(client as object);
    if (isNew === true && created !== undefined) point?.record('createTime', created);
    if (waited === undefined || (pending as Pending).timedOut) return;
    point?.record('waitTime', waited);
    Since.set(client as object);
  }),

  _release: before((pool, [client]) => {
    const used = Since.take(client as object);
    if (used !== undefined) pointOf(pool)?.record('useTime', used);
  }),
};

type Step = (pool: Pool, args: readonly unknown[], waitingBefore: number) => void;

function after(step: Step) {
  return (original: AnyFunction): AnyFunction =>
    pools === undefined
      ? original
      : function (this: Pool, ...args: unknown[]) {
          const { waitingCount } = this;
          const result = Reflect.apply(original, this, args);
          safely(step, this, args, waitingCount);
          return result;
        };
}

function before(step: Step) {
  return (original: AnyFunction): AnyFunction =>
    pools === undefined
      ? original
      : function (this: Pool, ...args: unknown[]) {
          safely(step, this, args, this.waitingCount);
          return Reflect.apply(original, this, args);
        };
}

/** What is read is the pool's own business, and may be another in its next version. */
function safely(step: Step, pool: Pool, args: readonly unknown[], waitingBefore: number): void {
  try {
    step(pool, args, waitingBefore);
  } catch (error) {
    reportFailure(error);
  }
}

function addOnce(pool: Pool, { connectionParameters = {} }: Client): void {
  if (names.has(pool)) return;
  const { host = 'localhost', port = 5432, database = '' } = connectionParameters;
  names.set(pool, `${host}:${port}/${database}`);
  pools!.add(pool);
}

function pointOf(pool: Pool): DbPoolPoint | undefined {
  const name = names.get(pool);
  return name === undefined ? undefined : pools!.at(name);
}

const hasWaited = new WeakSet<Pending>();

/** The pool marks a caller that has waited too long in its queue. */
function countTimeout(pool: Pool, waiting: Pending): void {
  hasWaited.add(waiting);
  let timedOut = false;
  Object.defineProperty(waiting, 'timedOut', {
    configurable: true,
    enumerable: true,
    get: () => timedOut,
    set(value: boolean) {
      timedOut = value;
      if (value) pointOf(pool)?.record('timeouts', 1);
    },
  });
}

/** A connection that took too long to make is told to the caller by this error. */
function tellTimeout(pool: Pool, pending: Pending): void {
  const { callback } = pending;
  pending.callback = function (this: unknown, ...results: unknown[]) {
    const [error] = results;
    if (error instanceof Error && error.message === 'Connection terminated due to connection timeout')
      pointOf(pool)?.record('timeouts', 1);
    return Reflect.apply(callback, this, results);
  };
}
