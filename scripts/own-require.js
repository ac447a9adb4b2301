/**
 * Stands before agent.js, where `require` is the parameter of the function that Node makes of a file. Most of the agent loads while the program
 * runs, and programs replace `Module._load` (mocks that refuse, or warn of, what they do not know), empty `require.cache` and delete globals.
 * So our files load by what was there at the start, and stand in no cache but our own. They load outside the request that happens to need them: a
 * module of Node's that is required for the first time keeps (on Node 18) the stores of every AsyncLocalStorage for ever.
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: as they are now.
var { Buffer, URL, URLSearchParams, SharedArrayBuffer, Atomics, console, queueMicrotask } = globalThis;

// biome-ignore lint/suspicious/noGlobalAssign: it is a parameter.
require = (({ resolve, cache }, Module, { readFileSync }, { join }, { AsyncResource }) => {
  const { _load } = Module;
  const { _compile } = Module.prototype;
  const files = new Map([['./agent.js', module]]);
  const outside = new AsyncResource('otel-instrument');

  function own(id) {
    const loaded = files.get(id);
    if (loaded !== undefined) return loaded.exports;
    if (!/^\.\/[\w-]+\.js$/.test(id) || typeof _compile !== 'function')
      return outside.runInAsyncScope(_load, Module, id, module, false);
    const filename = join(__dirname, id);
    const file = new Module(filename);
    file.filename = filename;
    file.require = own;
    file.globals = { Buffer, URL, URLSearchParams, SharedArrayBuffer, Atomics, console, queueMicrotask };
    const source = readFileSync(filename, 'utf8');
    files.set(id, file);
    outside.runInAsyncScope(_compile, file, source, filename);
    return file.exports;
  }
  return Object.assign(own, { resolve, cache });
})(require, require('node:module'), require('node:fs'), require('node:path'), require('node:async_hooks'));
