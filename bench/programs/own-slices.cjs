// A preload before ours: how long callbacks take that our own code has asked for (timers, sockets, ...). What asked for a callback is the
// nearest file on the stack that is not Node's. Slow, so nothing else is measured under it.
const { createHook, executionAsyncId } = require('node:async_hooks');
const { dirname, join, sep } = require('node:path');

const root = dirname(dirname(__dirname));
const places = [join(root, 'dist') + sep, join(root, 'register.js')];
/** What others on the machine do does not count: CPU time of the main thread where Node tells it, else of the process, if less has elapsed. */
const cpuMillis = () => {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process);
  return (user + system) / 1000;
};
const now = () => [performance.now(), cpuMillis()];
const millisSince = ([elapsed, cpu]) => Math.min(performance.now() - elapsed, cpuMillis() - cpu);
const own = new Map();
const begun = new Map();
/** By the type of asynchronous resource. */
const slices = [];

function callerIsOurs() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 20;
  Error.prepareStackTrace = (_error, sites) => sites;
  const holder = {};
  Error.captureStackTrace(holder, callerIsOurs);
  const sites = holder.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  for (const site of sites) {
    const file = site.getFileName();
    if (!file || file.startsWith('node:') || file === __filename) continue;
    return places.some((place) => file.startsWith(place));
  }
  // A callback of Node's own, in a chain that began with ours.
  return own.has(executionAsyncId());
}

createHook({
  init(id, type) {
    if (type !== 'PROMISE' && callerIsOurs()) own.set(id, type);
  },
  before(id) {
    if (own.has(id)) begun.set(id, now());
  },
  after(id) {
    const start = begun.get(id);
    if (start === undefined) return;
    begun.delete(id);
    slices.push({ type: own.get(id), millis: millisSince(start) });
  },
  destroy(id) {
    own.delete(id);
  },
}).enable();

/** Since the last call. */
globalThis.ownSlices = () => {
  const taken = slices.splice(0).sort((a, b) => b.millis - a.millis);
  return {
    slices: taken.length,
    longestMillis: taken[0]?.millis ?? 0,
    longestType: taken[0]?.type ?? '',
    over2Millis: taken.filter(({ millis }) => millis > 2).length,
  };
};
