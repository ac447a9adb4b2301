// A preload before ours: which files of the package have been compiled, and which of Node's own modules that Node had not loaded itself. Where
// files are compiled is the one place that all of them pass; ours do not stand in `require.cache`.
const { writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative, sep } = require('node:path');

const root = dirname(dirname(__dirname));
const places = [join(root, 'dist') + sep, join(root, 'register.js')];
const nodesOwn = new Set(process.moduleLoadList);
const files = [];

const { _compile } = Module.prototype;
Module.prototype._compile = function (content, filename, ...rest) {
  if (places.some((place) => filename.startsWith(place))) {
    const file = relative(root, filename).replaceAll(sep, '/');
    files.push({ file, bytes: Buffer.byteLength(content) });
  }
  return _compile.call(this, content, filename, ...rest);
};

/** Until now. */
globalThis.loaded = () => ({ files: [...files], builtins: loadedBuiltins() });

function loadedBuiltins() {
  return process.moduleLoadList
    .filter((entry) => !nodesOwn.has(entry) && entry.startsWith('NativeModule '))
    .map((entry) => entry.slice('NativeModule '.length))
    .filter((name) => !name.startsWith('internal/'));
}

// Told before our own listener works, since it was there first.
if (process.env.BENCH_LOADED) {
  process.on('exit', () => writeFileSync(process.env.BENCH_LOADED, JSON.stringify(globalThis.loaded())));
}
