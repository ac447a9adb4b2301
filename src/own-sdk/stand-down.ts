import { log } from '../diag/log';
import { agentGlobals, agents } from './agents';

/** Whether the program brings an SDK of its own, and what that means for ours. */
export interface StandDown {
  /** Whether the SDK of the program may take the place of ours. */
  readonly mayReplace: boolean;
  /** Whether our instrumentations are to be quiet. */
  isQuiet(): boolean;
  /** Whether the program has registered this part of the API (`logs`, ...). */
  isReplaced(part: string): boolean;
  /** To be called when the program registers a part of the API. */
  onRegistered(part: string, isReplaced: boolean): void;
  /** To be called with the package of a file that is about to be loaded. */
  onPackage(name: string): void;
}

/** Signals, by the part of the API that an SDK registers for them. */
const signals: Readonly<Record<string, string>> = { trace: 'spans', metrics: 'metrics', logs: 'log records' };

/**
 * A program's own SDK wins: what it sets is its own, and where it makes spans ours stop. One line says so.
 * @param choice - `stand-down`, or `keep` for the opposite.
 */
export function createStandDown(choice: 'stand-down' | 'keep'): StandDown {
  const mayReplace = choice === 'stand-down';
  let isQuiet = false;
  const replaced = new Set<string>();
  for (const [name, agent] of Object.entries(agentGlobals)) onGlobal(name, () => meet(agent));
  return {
    mayReplace,
    isQuiet: () => isQuiet,
    isReplaced: (part) => replaced.has(part),
    onRegistered,
    onPackage,
  };

  function onRegistered(part: string, isReplaced: boolean): void {
    const signal = signals[part];
    if (signal === undefined) return;
    if (!isReplaced) {
      log.warnOnce(
        mayReplace
          ? `the program's own OpenTelemetry SDK cannot be registered, its copy of the API is bundled; its ${signal} are ours`
          : `the program's own OpenTelemetry SDK is not used for ${signal} (OTEL_NODE_OWN_SDK=keep)`,
      );
      return;
    }
    replaced.add(part);
    if (part === 'trace') isQuiet = true;
    log.warnOnce(
      `the program has an OpenTelemetry SDK of its own for ${signal}, so there are none of ours (OTEL_NODE_OWN_SDK=keep reverses this)`,
    );
  }

  function onPackage(name: string): void {
    if (!isQuiet && agents.has(name)) meet(name);
  }

  function meet(name: string): void {
    if (isQuiet) return;
    if (mayReplace) isQuiet = true;
    log.warnOnce(
      mayReplace
        ? `the program has an agent of its own, ${name}, so there are no spans of ours (OTEL_NODE_OWN_SDK=keep reverses this)`
        : `${name} is used beside otel-instrument (OTEL_NODE_OWN_SDK=keep): calls are traced twice`,
    );
  }
}

/** Notices when a global variable is set, which is an ordinary one from then on. */
function onGlobal(name: string, onSet: () => void): void {
  if (name in globalThis) {
    onSet();
    return;
  }
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => undefined,
    set(value) {
      Object.defineProperty(globalThis, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
      onSet();
    },
  });
}
