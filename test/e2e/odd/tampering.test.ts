import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../../harness/node-versions';
import { commonJs, coreOnly, coreSpans, itsSpans, layBesideExpress, nodeLines, runOdd } from './odd-program';

interface Tampering {
  readonly source: string;
  readonly spans: readonly string[];
  readonly lines?: readonly RegExp[];
  readonly exitCode?: number;
}

/** Programs that change what the language, the module loader or Node hold, before they do their work. */
const tamperings: Readonly<Record<string, Tampering>> = {
  'a polluted Object.prototype': {
    source: `Object.prototype.polluted = 'yes'; Object.prototype.enabled = false; Object.prototype.get = function () { return 'got'; };
      delete Object.prototype.get; ${coreOnly}`,
    spans: coreSpans,
  },
  'an Object.prototype with a setter that throws': {
    source: `for (const name of ['traceId', 'spanId', 'attributes', 'links', 'http.route', 'http.request.method', 'unit', 'spans', 'span', 'operation', 'resource', 'scope', 'content-type'])
        Object.defineProperty(Object.prototype, name, { configurable: true, get() { return undefined; }, set() { throw new Error('set ' + name); } });
      ${coreOnly}`,
    spans: coreSpans,
  },
  'an Object.prototype with accessors named as options': {
    source: `for (const name of ['timeout', 'signal', 'headers', 'lookup', 'agent', 'socketPath', 'hints', 'method', 'protocol'])
        Object.defineProperty(Object.prototype, name, { configurable: true, get() { return undefined; }, set(value) { Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true }); } });
      ${coreOnly}`,
    spans: coreSpans,
  },
  'methods of Array.prototype replaced': {
    source: `for (const name of ['map', 'filter', 'some', 'every', 'forEach', 'reduce', 'flatMap', 'includes', 'find'])
        { const original = Array.prototype[name]; Array.prototype[name] = function (...args) { return original.apply(this, args); }; }
      ${coreOnly}`,
    spans: coreSpans,
  },
  'an enumerable method on Array.prototype': {
    source: `Array.prototype.last = function () { return this[this.length - 1]; }; Array.prototype.extra = 1; ${commonJs}`,
    spans: itsSpans,
  },
  'Module._load replaced': {
    source: `const Module = require('node:module'); const load = Module._load; const seen = [];
      Module._load = function (name, parent, isMain) { if (name === 'express' || name === 'node:http') seen.push(name); return load.call(this, name, parent, isMain); };
      ${commonJs} process.on('exit', () => console.log(seen));`,
    spans: itsSpans,
  },
  'Module.prototype.require replaced': {
    source: `const Module = require('node:module'); const original = Module.prototype.require;
      Module.prototype.require = function (name) { return name === 'config' ? 'mocked' : original.call(this, name); };
      console.log(require('config')); ${commonJs}`,
    spans: itsSpans,
  },
  'Module._resolveFilename replaced': {
    source: `const Module = require('node:module'); const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) { return resolve.call(this, name === 'web' ? 'express' : name, ...rest); };
      ${commonJs.replace("require('express')", "require('web')")}`,
    spans: itsSpans,
  },
  'Module._load that refuses all but its own': {
    source: `const Module = require('node:module'); const load = Module._load; ${commonJs}
      Module._load = function (name, ...rest) { if (name.startsWith('.') || name.startsWith('/')) throw new Error('refused ' + name); return load.call(this, name, ...rest); };`,
    spans: itsSpans,
  },
  'require.cache cleared': {
    source: `${commonJs} for (const name of Object.keys(require.cache)) delete require.cache[name];`,
    spans: itsSpans,
  },
  'process.emitWarning and process.on replaced': {
    source: `process.emitWarning = () => { throw new Error('no warnings'); }; const { on } = process; process.on = process.addListener = function (...args) { return on.apply(this, args); }; ${commonJs}`,
    spans: itsSpans,
  },
  'process frozen': { source: `Object.freeze(process); ${commonJs}`, spans: itsSpans },
  'process.env frozen and sealed': {
    source: `process.env = Object.freeze({ ...process.env }); ${commonJs}`,
    spans: itsSpans,
  },
  'node:http frozen': {
    source: `Object.freeze(require('node:http')); Object.freeze(require('node:https')); Object.freeze(require('node:http').ClientRequest.prototype); Object.freeze(require('node:http').Server.prototype); ${commonJs}`,
    spans: itsSpans,
    lines: [/^otel-instrument: http: channel net\.server\.socket: Cannot define property listenerCount/],
  },
  'node:net and node:tls frozen': {
    source: `Object.freeze(require('node:net')); Object.freeze(require('node:tls')); ${commonJs}`,
    spans: itsSpans,
  },
  'all prototypes of the language frozen': {
    source: `for (const one of [Object, Array, Function, Map, Set, WeakMap, Promise, String, Number, RegExp, Date, Error, Uint8Array, Symbol, BigInt]) { Object.freeze(one.prototype); Object.freeze(one); } Object.freeze(Math); Object.freeze(JSON); Object.freeze(Reflect); ${coreOnly}`,
    spans: coreSpans,
  },
  'the console gone, and globals': {
    source: `const { log } = console; for (const name of ['fetch', 'console', 'Headers', 'Request', 'Response', 'FormData', 'WebSocket', 'performance', 'structuredClone', 'queueMicrotask', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'Buffer', 'URL', 'URLSearchParams', 'AbortController', 'AbortSignal', 'BroadcastChannel', 'MessageChannel', 'SharedArrayBuffer', 'Atomics']) delete globalThis[name];
      ${coreOnly.replace('console.log', 'log')}`,
    spans: coreSpans,
  },
  'globals that throw when they are read': {
    source: `for (const name of ['fetch', 'crypto', 'navigator', 'localStorage', 'WebSocket', 'window', 'document', 'self']) Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(name); } }); ${commonJs}`,
    spans: itsSpans,
  },
  'a global window': {
    source: `globalThis.window = globalThis; globalThis.self = globalThis; globalThis.document = {}; globalThis.navigator ??= {}; ${commonJs}`,
    spans: itsSpans,
  },
  'Promise replaced': {
    source: `const Own = class extends Promise {}; globalThis.Promise = Own; ${commonJs}`,
    spans: itsSpans,
  },
  'Error.prepareStackTrace and stackTraceLimit': {
    source: `Error.prepareStackTrace = (error, sites) => sites.length + ' ' + error.message; Error.stackTraceLimit = 3; ${commonJs} console.log(typeof new Error('x').stack);`,
    spans: itsSpans,
  },
  'Error.prepareStackTrace that throws': {
    source: `Error.prepareStackTrace = () => { throw new RangeError('no stacks'); }; ${commonJs}`,
    spans: itsSpans,
  },
  'very deep recursion': {
    source: `let depth = 0; (function down() { depth++; down(); }) && (() => { try { (function down() { down(); })(); } catch (error) { console.log(error.message); } })(); ${commonJs}`,
    spans: itsSpans,
  },
  'a request from the bottom of the stack': {
    source: `const { get } = require('node:http'); let made = 0;
      function down() { try { down(); } catch (error) { if (!(error instanceof RangeError)) throw error; } }
      down(); console.log('back'); ${commonJs}`,
    spans: itsSpans,
  },
  'a syntax error': { source: 'const = 1;', spans: [], exitCode: 1 },
  'an error while loading': { source: `require('express'); null.x;`, spans: [], exitCode: 1 },
  'an error thrown that is no error': { source: `require('express'); throw null;`, spans: [], exitCode: 1 },
  'chdir and umask': { source: `process.chdir('/'); process.umask(0o777); ${commonJs}`, spans: itsSpans },
  'the module cache of http replaced': {
    source: `const original = require('node:http'); require.cache[require.resolve('express')] = undefined; delete require.cache[require.resolve('express')]; ${commonJs}`,
    spans: itsSpans,
  },
};

const directory = layBesideExpress(
  Object.fromEntries(Object.entries(tamperings).map(([name, { source }]) => [`${name}.cjs`, source])),
);

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const [name, { source: _, ...expected }] of Object.entries(tamperings))
      test(name, () =>
        runOdd({ ...expected, args: [join(directory, `${name}.cjs`)], node: node as string }).then(() => {}),
      );
  });
}
