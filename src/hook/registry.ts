import type { Instrumentation } from '../kit/define';
import type { Options } from '../model/option';

/**
 * What the hooks must know of an instrumentation before it is loaded; generated from the definitions into
 * `instrumentations/index.ts`.
 */
export interface RegistryEntry {
  readonly name: string;
  /** It must be enabled by name. */
  readonly isOffByDefault?: boolean;
  readonly options?: Options;
  /** It only adds to the spans and metrics of others. */
  readonly addsToOthers?: boolean;
  /** It needs no library: it observes metrics from soon after the start. */
  readonly isBackground?: boolean;
  /** A module of Node's own; until the program has loaded it, channels are not for this one. */
  readonly awaits?: string;
  /** npm packages that it patches. */
  readonly modules: readonly RegisteredModule[];
  readonly channels: readonly string[];
  /** Node's own modules that it patches at start, or once the program has loaded what they await, with the Node versions that need it. */
  readonly builtins: readonly {
    readonly module: string;
    readonly nodeVersions: string;
    readonly awaits?: string;
    readonly functions: readonly string[];
  }[];
  load(): Instrumentation;
}

/** A package and the files of it that are patched; the empty string stands for its main file. */
export interface RegisteredModule {
  readonly name: string;
  readonly files: readonly string[];
  /** Whether some of the files are ES modules, which only a hook on imports sees. */
  readonly isEsModule: boolean;
}
