// What every program under load answers to the bench, over the IPC channel, so that no request of the bench is measured.

/** Tells the bench where the program listens. */
exports.ready = (port) => process.send({ port });

/** What a program answers besides. */
exports.answers = {};

let delay;
const answers = {
  cpu() {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    return { cpuMicros: userCPUTime + systemCPUTime };
  },
  memory() {
    globalThis.gc();
    globalThis.gc();
    return { memory: process.memoryUsage() };
  },
  watchDelay() {
    delay ??= require('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 });
    delay.reset();
    delay.enable();
    return {};
  },
  delay() {
    delay.disable();
    return { p99Millis: delay.percentile(99) / 1e6, maxMillis: delay.max / 1e6 };
  },
  loaded: () => globalThis.loaded(),
  slices: () => globalThis.ownSlices(),
};

process.on('message', async (question) => {
  process.send(await (exports.answers[question] ?? answers[question])());
});
process.on('disconnect', () => process.exit());
