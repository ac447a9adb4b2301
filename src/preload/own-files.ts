import type { Script } from 'node:vm';
import { type CompiledFile, compiledByMainThread } from './shared-code';

type Require = (id: string) => unknown;

/** A file of ours, as the first lines of each expect it (scripts/bundle-agent.ts). */
interface OwnFile {
  exports: unknown;
  readonly require: Require;
  readonly globals: object;
}

const isOwn = /^\.\/[\w-]+\.js$/;
const parameters = 'exports, require, module, __filename, __dirname';

/**
 * Makes the `require` by which the files of `dist/` load each other and what is Node's. Most of them load while the program runs, and programs replace
 * `Module._load` (mocks that refuse, or warn of, what they do not know) and `vm.Script`, empty `require.cache` and delete globals. So our files load by
 * what was there at the start, and stand in no cache but our own. They load outside the request that happens to need them: a module of Node's that is
 * required for the first time keeps (on Node 18) the stores of every AsyncLocalStorage for ever.
 *
 * @param compiled - what was compiled, by the file's name; missing in a worker, which takes from the main thread what that has shared.
 */
export function createOwnRequire(compiled: Map<string, CompiledFile> | undefined): Require {
  const { resolve, cache } = require;
  const NodeModule = require('node:module') as typeof import('node:module') & { _load: Function };
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  const { join } = require('node:path') as typeof import('node:path');
  const { Script } = require('node:vm') as typeof import('node:vm');
  const { AsyncResource } = require('node:async_hooks') as typeof import('node:async_hooks');
  const { _load } = NodeModule;
  const { _compile } = NodeModule.prototype as unknown as { _compile: Function };
  // biome-ignore lint/suspicious/noShadowRestrictedNames: as they are now.
  const { Buffer, URL, URLSearchParams, SharedArrayBuffer, Atomics, console, queueMicrotask } = globalThis;
  const globals = { Buffer, URL, URLSearchParams, SharedArrayBuffer, Atomics, console, queueMicrotask };
  const outside = new AsyncResource('otel-instrument');
  const files = new Map<string, OwnFile>();
  const fromMain = compiled ? {} : compiledByMainThread();
  return Object.assign(own, { resolve, cache });

  function own(id: string): unknown {
    const loaded = files.get(id);
    if (loaded !== undefined) return loaded.exports;
    if (!isOwn.test(id)) return outside.runInAsyncScope(_load as never, NodeModule, id, module, false);
    const filename = join(__dirname, id);
    const file: OwnFile = Object.assign(new NodeModule(filename), { filename, require: own, globals });
    files.set(id, file);
    outside.runInAsyncScope(evaluate, undefined, id, filename, file);
    return file.exports;
  }

  function evaluate(id: string, filename: string, file: OwnFile): void {
    const keepsCompiled = (NodeModule as { getCompileCacheDir?(): unknown }).getCompileCacheDir?.();
    // Where Node keeps compiled files on disk (NODE_COMPILE_CACHE), it keeps ours with them.
    if (keepsCompiled) Reflect.apply(_compile, file, [readFileSync(filename, 'utf8'), filename]);
    else compile(id, filename).runInThisContext()(file.exports, own, file, filename, __dirname);
  }

  function compile(id: string, filename: string): Script {
    const shared = fromMain[id];
    const text = shared
      ? Buffer.from(shared.text).toString()
      : `(function (${parameters}) {${readFileSync(filename, 'utf8')}\n})`;
    const script = new Script(text, {
      filename,
      cachedData: shared && Buffer.from(shared.code),
    });
    compiled?.set(id, { script, text });
    return script;
  }
}
