// By hand, because what `query` returns does not tell its outcome: the promise must stay the library's own, and a cursor or a stream
// has none. Whatever is asked, the client talks to a "submittable" (a Query, pg-cursor, pg-query-stream, pg-copy-streams) and tells
// it how it went by `handleReadyForQuery` or `handleError`: these are watched, so every version and every form of call is one case.
import {
  type AnyFunction,
  type Call,
  defineInstrumentation,
  errorMessage,
  sqlClientOptions,
  telemetry,
} from '../src/kit';
import { dbClient } from '../src/kit/databases';
import { measured } from './pg/pool';

export default defineInstrumentation({
  name: 'pg',
  docs: {
    title: 'pg',
    description:
      'One client span a query, also of pools, cursors, query streams and COPY streams; the parent is the caller, however long a pool makes it wait.',
    link: 'https://node-postgres.com',
    packages: '`pg` 8 (from 8.0.3), `pg-pool`, `pg-cursor`, `pg-query-stream`',
  },
  options: sqlClientOptions,
  targets: [
    {
      module: 'pg',
      versions: '>=8.0.3 <9.0.0',
      patches: [
        { file: 'lib/client.js', method: 'prototype.query', wrap: traceQuery },
        { file: 'lib/query.js', method: '', wrap: tellConstructed },
        {
          file: 'lib/client.js',
          method: 'prototype.connect',
          wrap: (connect) => withCallerContext(outsideContext(connect)),
        },
      ],
    },
    {
      module: 'pg-pool',
      versions: '>=3.1.1 <4.0.0',
      patches: [
        { method: 'prototype.connect', wrap: (connect) => withCallerContext(measured.connect(connect)) },
        // Connections, idle timers and whose turn is next are the pool's own matters.
        { method: 'prototype.newClient', wrap: (make) => outsideContext(measured.newClient(make)) },
        { method: 'prototype._acquireClient', optional: true, wrap: measured._acquireClient },
        { method: 'prototype._release', wrap: (release) => outsideContext(measured._release(release)) },
      ],
    },
  ],
});

// --- Queries --------------------------------------------------------------------------------------------------------

interface Client {
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly connection?: { readonly parsedStatements?: Readonly<Record<string, string>> };
}

/** What a client sends and tells of the answer; https://node-postgres.com/apis/client (`client.query` with a submittable). */
interface Submittable extends Record<string, unknown> {
  readonly submit: AnyFunction;
  readonly text?: string;
  readonly name?: string;
  /** Of pg-query-stream. */
  readonly cursor?: { readonly text?: string };
}

type QueryCall = Call<Client, readonly [string | Submittable, ...unknown[]]>;

const query = dbClient<QueryCall>({
  instrumentation: 'pg',
  system: 'postgresql',
  sql: ({ self, args: [config] }) =>
    typeof config === 'string'
      ? config
      : (config.text ?? config.cursor?.text ?? self.connection?.parsedStatements?.[config.name!]),
  namespace: ({ self }) => self.database,
  server: ({ self: { host, port } }) =>
    isSocketDirectory(host)
      ? { address: `${host}/.s.PGSQL.${port}`, port: undefined }
      : { address: host, port },
  defaultPort: 5432,
  statusCode: ({ error }) => sqlState(error),
  // Messages of class 22 (data exceptions) quote the value that was not accepted; others name tables, columns and constraints.
  statusMessage: ({ error }) => (sqlState(error)?.startsWith('22') ? undefined : errorMessage(error)),
});

/** Runs the original in the caller's context, not in the span's: nothing that a query starts is a child of it. */
function traceQuery(original: AnyFunction): AnyFunction {
  const unrecorded = telemetry.isRecording ? undefined : withCallerContext(original);
  return function (this: Client, ...args: unknown[]) {
    const [config] = args as unknown as QueryCall['args'];
    if (config === null || config === undefined) return Reflect.apply(original, this, args);
    if (unrecorded && !isHeard(config)) return Reflect.apply(unrecorded, this, args);
    const call: QueryCall = { self: this, args: args as unknown as QueryCall['args'] };
    const active = query.start(call);
    if (active === undefined) return Reflect.apply(original, this, args);

    let ended = false;
    const end: End = (error) => {
      if (ended) return;
      ended = true;
      call.error = error;
      query.end(active, call);
    };
    const outer = onConstructed;
    let isWatched = false;
    onConstructed = (made) => {
      isWatched = watchOwn(made, end);
    };
    if (typeof (config as Submittable).submit === 'function') {
      isWatched = watchProgrammed(config as Submittable, end);
    }
    let returned = false;
    try {
      const result = Reflect.apply(original, this, args);
      returned = true;
      return result;
    } finally {
      onConstructed = outer;
      if (!returned) end(null);
      else if (!isWatched) end();
    }
  };
}

/** Whether a query tells of itself in another way than by the last argument of the call or a promise. */
function isHeard(config: string | Submittable): boolean {
  return typeof config !== 'string' && (config.submit !== undefined || config.callback !== undefined);
}

/** Called with the next Query that is made: the client makes it while its `query` runs, and it may fail before that returns. */
let onConstructed: ((query: Submittable) => void) | undefined;

function tellConstructed(Query: AnyFunction): AnyFunction {
  function Constructed(this: unknown, ...args: unknown[]) {
    if (new.target === undefined) return Reflect.apply(Query, this, args);
    // `Reflect.construct` with a function of ours takes 10 µs (Node 20), `new` 0.1; only classes that extend Query need it.
    const made =
      new.target === Constructed
        ? new (Query as unknown as new (...args: unknown[]) => Submittable)(...args)
        : Reflect.construct(Query, args, new.target);
    onConstructed?.(made);
    return made;
  }
  Query.prototype.constructor = Constructed;
  return Constructed;
}

/** What a submittable hears besides the outcome, and passes on to listeners and callbacks of the program. */
const messages = [
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleEmptyQuery',
  'handleCommandComplete',
  'handleCopyInResponse',
  'handleCopyData',
] as const;

type End = (error?: unknown) => void;
type Outcome = 'handleReadyForQuery' | 'handleError';

/**
 * Learns the outcome of a Query that the client made. The program cannot see it, so nothing is put back.
 * @returns false if it cannot be watched
 */
function watchOwn(query: Submittable, end: End): boolean {
  if (!tellsOutcome(query)) return false;
  query.handleReadyForQuery = outcomeListener(query, 'handleReadyForQuery', end);
  query.handleError = outcomeListener(query, 'handleError', end);
  return true;
}

/**
 * Learns the outcome of a submittable that the program made, and has it hear all that the server says in the caller's context. When it is
 * done it looks as before.
 * @returns false if it cannot be watched
 */
function watchProgrammed(submittable: Submittable, end: End): boolean {
  if (!tellsOutcome(submittable) || !Object.isExtensible(submittable)) return false;
  const context = telemetry.activeContext();
  const before = new Map<string, PropertyDescriptor | undefined>();
  const replace = (name: string, value: AnyFunction) => {
    const own = Object.getOwnPropertyDescriptor(submittable, name);
    before.set(name, own);
    const enumerable = own?.enumerable ?? false;
    Object.defineProperty(submittable, name, { value, enumerable, configurable: true, writable: true });
  };
  const endAndRestore: End = (error) => {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(submittable, name, own);
      else delete submittable[name];
    }
    before.clear();
    end(error);
  };
  for (const name of messages) {
    const original = submittable[name];
    if (typeof original !== 'function') continue;
    replace(name, function (this: unknown, ...args: unknown[]) {
      if (name === 'handleDataRow' && !hasRowListener(submittable))
        return Reflect.apply(original, this, args);
      return telemetry.run(context, original as AnyFunction, this, args);
    });
  }
  for (const name of ['handleReadyForQuery', 'handleError'] as const) {
    replace(name, outcomeListener(submittable, name, endAndRestore));
  }
  return true;
}

function tellsOutcome({ handleReadyForQuery, handleError }: Submittable): boolean {
  return typeof handleReadyForQuery === 'function' && typeof handleError === 'function';
}

function outcomeListener(query: Submittable, name: Outcome, end: End): AnyFunction {
  const context = telemetry.activeContext();
  const original = query[name] as AnyFunction;
  return function (this: unknown, ...args: unknown[]) {
    // A row that could not be parsed fails the query, but only when all is received.
    const failure = query._canceledDueToError || undefined;
    end(name === 'handleError' ? (failure ?? args[0] ?? null) : failure);
    return telemetry.run(context, original, this, args);
  };
}

function hasRowListener(submittable: Submittable): boolean {
  const { listenerCount } = submittable;
  return typeof listenerCount === 'function' && Reflect.apply(listenerCount, submittable, ['row']) > 0;
}

function isSocketDirectory(host: string | undefined): boolean {
  return host?.startsWith('/') ?? false;
}

/** Only errors that the server sent have a severity; others (EPIPE) have codes that look like an SQLSTATE. */
function sqlState(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return severity && typeof code === 'string' ? code : undefined;
}

// --- Context --------------------------------------------------------------------------------------------------------

/** The program's callback, the last argument, continues where it was given. */
function withCallerContext(original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return Reflect.apply(original, this, args);
    const callerContext = telemetry.activeContext();
    const bound = function (this: unknown, ...results: unknown[]) {
      return telemetry.run(callerContext, callback as AnyFunction, this, results);
    };
    return Reflect.apply(original, this, [...args.slice(0, -1), bound]);
  };
}

/** What lives on after the call (sockets, timers) belongs to no request's trace. */
function outsideContext(original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return telemetry.run(telemetry.rootContext, original, this, args);
  };
}
