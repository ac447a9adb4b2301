import Module from 'node:module';
import { log, messageOf } from '../diag/log';
import { disguise } from '../kit/disguise';
import type { ImportTargets } from './import';

/**
 * Where the program registers hooks of its own on imports, as tsx does, its ES modules are read in the thread of those hooks, which no function of ours
 * reaches. So the first registration is followed by one of ours, in the same thread: it appends the same lines. Without one, no thread is started.
 * @param reportOf - the lines, given the URL in quotes.
 */
export function hookLoaderThread(modules: ImportTargets['modules'], reportOf: (url: string) => string): void {
  const { register } = Module as unknown as { register?: (...args: unknown[]) => unknown };
  if (typeof register !== 'function') return;
  let isFollowed = false;
  const replacement = disguise(function (this: unknown, ...args: unknown[]) {
    const result = Reflect.apply(register, this, args);
    if (!isFollowed) {
      isFollowed = true;
      try {
        Reflect.apply(register, Module, [hooksFor(modules, reportOf)]);
      } catch (error) {
        log.warn(`ES modules cannot be instrumented: ${messageOf(error)}`);
      }
    }
    return result;
  }, register);
  Object.assign(Module, { register: replacement });
  Module.syncBuiltinESMExports();
}

/** A module that Node loads into the other thread; a file of the bundle would have to be found from there. */
function hooksFor(modules: ImportTargets['modules'], reportOf: (url: string) => string): string {
  const ends = modules.flatMap(({ name, files }) => files.map((file) => `/node_modules/${name}/${file}`));
  const [before, between, after] = reportOf('\0')
    .split('\0')
    .map((part) => JSON.stringify(part));
  const source = `
const ends = ${JSON.stringify(ends)};
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const path = url.split('?', 1)[0];
  if (loaded.format !== 'module' || loaded.source == null || !ends.some((end) => path.endsWith(end))) return loaded;
  const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
  const quoted = JSON.stringify(url);
  return { ...loaded, source: source + ${before} + quoted + ${between} + quoted + ${after} };
}`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
