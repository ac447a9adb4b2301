// What every program under load answers to the bench, over the IPC channel, so that no request of the bench is measured.

/** Tells the bench where the program listens. */
exports.ready = (port) => process.send({ port });

process.on('message', (question) => {
  if (question === 'cpu') {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send({ cpuMicros: userCPUTime + systemCPUTime });
  } else if (question === 'memory') {
    globalThis.gc();
    globalThis.gc();
    process.send({ memory: process.memoryUsage() });
  }
});
process.on('disconnect', () => process.exit());
