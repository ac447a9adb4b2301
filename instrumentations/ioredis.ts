/**
 * Wrapped in every version, also from 5.11 on where ioredis has tracing channels of its own: these tell of a command when it is written,
 * so one that waited in the offline queue would lose its parent and its waiting time; of the handshake as of any command; and of a
 * pipeline's commands one by one. By hand, because the outcome is read where ioredis settles a command, not from a promise.
 */
import {
  type Active,
  type AnyFunction,
  type Call,
  clientOptions,
  createOwnWork,
  defineInstrumentation,
  type Operation,
  PrivateField,
  telemetry,
} from '../src/kit';
import { type RedisServer, redisClient } from '../src/kit/databases';

/** The parts of a client that ioredis keeps to itself. */
interface Client {
  readonly options: RedisServer & { readonly db?: number };
  /** State of the connection; `select` follows each `SELECT`. */
  readonly condition?: { readonly select?: number } | null;
}

/** A command that the program sends; ioredis settles it by its own functions. */
interface Command extends Settled {
  readonly name: string;
}

interface Pipeline extends Settled {
  readonly redis: Client;
  readonly isCluster: boolean;
  /** `MULTI`s without their `EXEC` yet. */
  readonly _transactions: number;
  readonly _queue: readonly Command[];
}

interface Settled {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const ownWork = createOwnWork();

const command = redisClient<Call<Client, readonly [Command]>>({
  instrumentation: 'ioredis',
  command: ({ args: [command] }) => command.name,
  server: ({ self }) => self.options,
  database: ({ self }) => databaseOf(self),
});

const batch = redisClient<Call<Pipeline>>({
  instrumentation: 'ioredis',
  batch: ({ self }) => {
    const names = self._queue.map(({ name }) => name);
    return names[0] === 'multi' && names.at(-1) === 'exec'
      ? { mode: 'MULTI', commands: names.slice(1, -1) }
      : { mode: 'PIPELINE', commands: names };
  },
  server: ({ self }) => (self.isCluster ? undefined : self.redis.options),
  database: ({ self }) => databaseOf(self.redis),
});

export default defineInstrumentation({
  name: 'ioredis',
  docs: {
    title: 'ioredis',
    description: 'One client span a round trip: a command, a pipeline or a transaction. No arguments.',
    link: 'https://github.com/redis/ioredis',
  },
  options: clientOptions,
  targets: [
    {
      module: 'ioredis',
      versions: '>=4.0.0 <7.0.0',
      patches: [
        { method: 'prototype.sendCommand', wrap: traceCommand },
        { method: 'Cluster.prototype.sendCommand', wrap: rememberCaller },
        { method: 'Pipeline.prototype.exec', wrap: traceBatch },
        { method: 'prototype.connect', wrap: connectAsOwnWork },
        { method: 'Cluster.prototype.connect', wrap: connectAsOwnWork },
        { method: 'prototype.emit', wrap: emitToProgram },
      ],
    },
  ],
});

/** What we know of a command while it is under way. */
interface CommandState {
  /** It has an open span, its own or its pipeline's: it may be sent again, from the offline queue or after a reconnect. */
  hasSpan: boolean;
  /**
   * Where a command given to a cluster comes from: it may be sent later, or again to another node. These are the program's, also those
   * from a listener: what a cluster sends by itself goes to its nodes directly, but for `CLUSTER INFO`.
   */
  caller: Active['context'] | undefined;
}

class KnownCommand extends PrivateField {
  #state: CommandState = { hasSpan: false, caller: undefined };

  static stateOf(command: Command): CommandState {
    const holder = #state in command ? command : new KnownCommand(command);
    return holder.#state;
  }
}

function traceCommand(sendCommand: AnyFunction): AnyFunction {
  // Its promises, and the callbacks that follow on them, keep the caller's context by themselves.
  if (!telemetry.isRecording) return sendCommand;
  return function (this: Client, ...args: unknown[]) {
    const [sent, pipeline] = args as [Command, unknown];
    const state = KnownCommand.stateOf(sent);
    const { caller } = state;
    if (pipeline) state.hasSpan = true;
    else if (!state.hasSpan && (caller || !ownWork.isActive())) {
      const call = { self: this, args: [sent] as const };
      const active = caller ? telemetry.run(caller, command.start, command, [call]) : command.start(call);
      if (active) {
        state.hasSpan = true;
        endWhenSettled(sent, command, active, call, () => {
          state.hasSpan = false;
        });
      }
    }
    return Reflect.apply(sendCommand, this, args);
  };
}

function rememberCaller(sendCommand: AnyFunction): AnyFunction {
  if (!telemetry.isRecording) return sendCommand;
  return function (this: unknown, ...args: unknown[]) {
    const [sent, pipeline] = args as [Command, unknown];
    const state = KnownCommand.stateOf(sent);
    const isOwn = ownWork.isActive();
    if (!pipeline && !state.caller && !(isOwn && sent.name === 'cluster')) {
      state.caller = isOwn ? telemetry.rootContext : telemetry.activeContext();
    }
    return Reflect.apply(sendCommand, this, args);
  };
}

const traced = new WeakSet<Pipeline>();

function traceBatch(exec: AnyFunction): AnyFunction {
  if (!telemetry.isRecording) return exec;
  return function (this: Pipeline, ...args: unknown[]) {
    // With a transaction open, `exec` only adds the EXEC to the queue; a cluster calls it again after a redirection.
    if (this._transactions === 0 && this._queue.length > 0 && !traced.has(this)) {
      const call: Call<Pipeline> = { self: this, args };
      const active = batch.start(call);
      if (active) {
        traced.add(this);
        endWhenSettled(this, batch, active, call, () => {
          if (this._queue[0]?.name === 'multi') call.error ??= transactionError(call.result);
        });
      }
    }
    return Reflect.apply(exec, this, args);
  };
}

/** A pipeline resolves also when its commands failed; what a transaction did is what its last command, EXEC, says. */
function transactionError(results: unknown): unknown {
  const exec = (results as [error: unknown, result: unknown][] | undefined)?.at(-1);
  return exec?.[0] ?? undefined;
}

function endWhenSettled<C extends Call>(
  settled: Settled,
  operation: Operation<C>,
  active: Active,
  call: C,
  onSettled: () => void,
): void {
  const { resolve, reject } = settled;
  settled.resolve = function (value) {
    call.result = value;
    onSettled();
    operation.end(active, call);
    Reflect.apply(resolve, this, [value]);
  };
  settled.reject = function (error) {
    call.error = error ?? null;
    onSettled();
    operation.end(active, call);
    Reflect.apply(reject, this, [error]);
  };
}

/** What a connection sends by itself (`AUTH`, `SELECT`, `INFO`, `CLUSTER SLOTS`, subscriptions after a reconnect) belongs to no trace. */
function connectAsOwnWork(connect: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [callback] = args;
    if (typeof callback !== 'function') return ownWork.run(connect, this, args);
    const caller = telemetry.activeContext();
    const inCaller = (...results: unknown[]) =>
      telemetry.run(caller, callback as AnyFunction, undefined, results);
    return ownWork.run(connect, this, [inCaller]);
  };
}

/** Listeners are the program's: what they send is not the client's own work. */
function emitToProgram(emit: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return ownWork.isActive()
      ? telemetry.run(telemetry.rootContext, emit, this, args)
      : Reflect.apply(emit, this, args);
  };
}

function databaseOf({ condition, options }: Client): number {
  return condition?.select ?? options.db ?? 0;
}
