import { unsubscribe } from 'node:diagnostics_channel';
import { log, messageOf } from '../diag/log';
import type { AnyFunction } from '../kit/define';
import { disguise } from '../kit/disguise';
import { subscribe } from './subscribe';

/** Called with the variables of a process that is about to start, `NAME=value` each. They are the child's alone. */
export type OnChildProcess = (variables: string[]) => void;

/** What `node:child_process` calls in the end, whichever of its functions the program calls. */
interface Spawner {
  spawn: AnyFunction;
}

const channel = 'child_process';

/**
 * Sees every process that the program starts, by `spawn`, `exec`, `execFile`, `fork` and their synchronous forms, without loading
 * `node:child_process`, which takes 2.5 ms. All of them hand a list of variables that Node has just made to the same two functions:
 * `ChildProcess.prototype.spawn`, which a channel of Node's leads to, and, for the synchronous forms, a function of its binding, which nothing
 * public leads to.
 */
export function hookChildProcesses(onChildProcess: OnChildProcess): void {
  if (Number.parseInt(process.versions.node, 10) >= 20) subscribe(channel, onCreated);
  else patchBinding('process_wrap', (binding) => (binding.Process as { prototype: Spawner }).prototype);
  patchBinding('spawn_sync', (binding) => binding as unknown as Spawner);

  function onCreated(message: unknown): void {
    unsubscribe(channel, onCreated);
    const { process: created } = message as { process: object };
    let prototype: object | null = created;
    while (prototype && !Object.hasOwn(prototype, 'spawn')) prototype = Object.getPrototypeOf(prototype);
    if (prototype) patch(prototype as Spawner);
  }

  function patchBinding(name: string, find: (binding: Record<string, unknown>) => Spawner): void {
    const binding = bindingOf(name);
    if (binding !== undefined) patch(find(binding));
  }

  function patch(spawner: Spawner): void {
    const original = spawner.spawn;
    spawner.spawn = disguise(function (this: unknown, ...args: unknown[]) {
      tell(args[0] as { envPairs?: string[] } | undefined);
      return Reflect.apply(original, this, args);
    }, original);
  }

  function tell(options: { envPairs?: string[] } | undefined): void {
    try {
      if (options?.envPairs) onChildProcess(options.envPairs);
    } catch (error) {
      log.warnOnce(`a child process gets no context: ${messageOf(error)}`);
    }
  }
}

/** `undefined` where the permission model denies it. Its deprecation concerns programs; a warning would be taken for the program's. */
function bindingOf(name: string): Record<string, unknown> | undefined {
  const process_ = process as NodeJS.Process & { binding(name: string): Record<string, unknown> };
  const descriptor = Object.getOwnPropertyDescriptor(process_, 'noDeprecation');
  try {
    process_.noDeprecation = true;
    return process_.binding(name);
  } catch {
    return undefined;
  } finally {
    if (descriptor) Object.defineProperty(process_, 'noDeprecation', descriptor);
    else Reflect.deleteProperty(process_, 'noDeprecation');
  }
}
