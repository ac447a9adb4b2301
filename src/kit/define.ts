import type { Options } from '../model/option';
import type { Observed } from './observed';
import type { Call, Getter, Operation } from './operation';

/** One instrumentation: data that says which functions or channels of a library are read, and how. */
export interface Instrumentation {
  /** As users write it in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`; the file has the same name. */
  readonly name: string;
  readonly docs: {
    readonly title: string;
    readonly description: string;
    readonly link: string;
    /** What people install, where the patched packages are only parts of it: `redis 4 to 6`. */
    readonly packages?: string;
    /** Default: traces and metrics. */
    readonly signals?: readonly ('traces' | 'metrics' | 'logs')[];
  };
  /** Options of its own, set by `OTEL_INSTRUMENTATION_<NAME>_<OPTION>`. */
  readonly options?: Options;
  /** It must be enabled by name: what it sees is seldom wanted. */
  readonly isOffByDefault?: boolean;
  /** Metrics of the process or its host, which need no library. */
  readonly observed?: Observed;
  /** It only adds to the spans and metrics of others (routes, errors), and is left out where there are neither. */
  readonly addsToOthers?: boolean;
  /** A module of Node's own (`http2`): what channels tell before the program has loaded it is not for this definition. */
  readonly awaits?: string;
  /** npm packages to patch when they load. */
  readonly targets?: readonly Target[];
  /** Diagnostics channels of Node or of a library: listeners by channel name. They must never throw. */
  readonly channels?: Readonly<Record<string, ChannelListener>>;
  /** Node's own modules whose functions are replaced, where Node has no channel for the purpose. */
  readonly builtins?: readonly BuiltinPatch[];
}

/** Patches for one npm package. */
export interface Target {
  readonly module: string;
  /** Supported versions (node-semver range); the only place where they are written. */
  readonly versions: string;
  readonly patches: readonly Patch[];
  /** The package has ES modules among the patched files; CommonJS packages, reached by `import` too, need no hook on imports. */
  readonly isEsModule?: boolean;
}

export type Patch = MethodPatch | TracingPatch;

/** A function, found by its path from what a module exports. */
export interface MethodPatch<C extends Call = any> {
  /** `Client.prototype.query`; on CommonJS found on `exports`, on ESM on the namespace or its default. */
  readonly method: string;
  /** File inside the package, for functions that its main file does not export: `lib/client.js`. */
  readonly file?: string;
  /** A narrower range than the target's. */
  readonly versions?: string;
  /** Do not complain when the method is missing. */
  readonly optional?: boolean;
  readonly operation?: Operation<C>;
  /** How the outcome is learned; default `sync`. */
  readonly settle?: Settle;
  /** Whether this call is traced; default always. */
  readonly when?: Getter<C, boolean>;
  /** An object that stands for the work: a second call with the same one (a retry of ours or the library's) is not traced again. */
  readonly oncePer?: Getter<C, object>;
  /** Instead of an operation: makes the replacement by hand. For the few libraries that need it; the file's first comment says why. */
  readonly wrap?: (original: AnyFunction, tools: WrapTools) => AnyFunction;
}

/** What {@link MethodPatch.wrap} gets beside the original. */
export interface WrapTools {
  /** Version of the package at hand. */
  readonly version: string;
}

/**
 * How the outcome of a call is learned: `sync` when it returns; `promise` when what it returned settles; `callback` when its last
 * argument is called (without one: as `promise`); `emitter` at the `end`, `close` or `error` of what it returned.
 */
export type Settle = 'sync' | 'promise' | 'callback' | 'emitter';

/**
 * A tracing channel that the library publishes itself (`diagnostics_channel.tracingChannel`). Listened to in single-file bundles, where there is no file
 * to patch.
 */
export interface TracingPatch<C extends Call = any> {
  readonly tracing: string;
  readonly operation: Operation<C>;
  /** Turns the channel's message into a call; `undefined` for one that is not to be traced. */
  readonly call: (message: any) => C | undefined;
}

/** Functions of a module of Node to be replaced. */
export interface BuiltinPatch {
  readonly module: string;
  /** Node versions that need it; elsewhere a channel serves. */
  readonly nodeVersions: string;
  /** A module of Node's own, without `node:`: they are replaced once the program has loaded it, or at start if this is missing. */
  readonly awaits?: string;
  /** By the path from what the module exports (`request`, `Socket.prototype.connect`): makes the replacement. `originals` holds all the functions named here. */
  readonly functions: Readonly<
    Record<string, (original: AnyFunction, originals: Readonly<Record<string, AnyFunction>>) => AnyFunction>
  >;
}

export type ChannelListener = (message: any) => void;
export type AnyFunction = (this: any, ...args: any[]) => any;

/** Gives a definition its type. */
export function defineInstrumentation(instrumentation: Instrumentation): Instrumentation {
  return instrumentation;
}
