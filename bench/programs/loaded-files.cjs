// A preload before ours: which files of the package have been read, and which of Node's own modules that Node had not loaded itself. Two of
// ours are loaded by Node, and compiled by `_compile`; the others are read by the preload, and do not stand in `require.cache`.
const fs = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative, sep } = require('node:path');

const root = dirname(dirname(__dirname));
const places = [join(root, 'dist') + sep, join(root, 'register.js')];
const nodesOwn = new Set(process.moduleLoadList);
const files = [];

const { _compile } = Module.prototype;
Module.prototype._compile = function (content, filename, ...rest) {
  note(filename, content);
  return _compile.call(this, content, filename, ...rest);
};
const { readFileSync } = fs;
fs.readFileSync = function (path, ...rest) {
  const content = readFileSync.call(this, path, ...rest);
  note(path, content);
  return content;
};

function note(path, content) {
  if (!places.some((place) => String(path).startsWith(place))) return;
  const file = relative(root, path).replaceAll(sep, '/');
  if (!files.some((known) => known.file === file)) files.push({ file, bytes: Buffer.byteLength(content) });
}

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
  process.on('exit', () => fs.writeFileSync(process.env.BENCH_LOADED, JSON.stringify(globalThis.loaded())));
}
