import { readdirSync, readFileSync } from 'node:fs';
import { defineInstrumentation, monotonicMillis } from '../src/kit';

/** Cores that the process may use. */
const { availableParallelism, cpus } = require('node:os') as typeof import('node:os');
const isLinux = process.platform === 'linux';

let last = { cpu: process.cpuUsage(), millis: monotonicMillis() };

export default defineInstrumentation({
  name: 'process-metrics',
  docs: {
    title: 'Process',
    description: 'Metrics of CPU, memory, files, threads and the like of the process.',
    link: 'https://opentelemetry.io/docs/specs/semconv/system/process-metrics/',
    signals: ['metrics'],
  },
  observed: {
    metrics: [
      {
        name: 'process.cpu.time',
        kind: 'counter',
        unit: 's',
        description: 'Total CPU seconds broken down by different CPU modes.',
        observe(observe) {
          const { user, system } = process.cpuUsage();
          observe(user / 1e6, { 'cpu.mode': 'user' });
          observe(system / 1e6, { 'cpu.mode': 'system' });
        },
      },
      {
        name: 'process.cpu.utilization',
        kind: 'gauge',
        unit: '1',
        description:
          'Difference in process.cpu.time since the last measurement, divided by the elapsed time and number of CPUs available to the process.',
        observe(observe) {
          const now = { cpu: process.cpuUsage(), millis: monotonicMillis() };
          const micros = (now.millis - last.millis) * 1000 * (availableParallelism?.() ?? cpus().length);
          if (micros > 0) {
            observe((now.cpu.user - last.cpu.user) / micros, { 'cpu.mode': 'user' });
            observe((now.cpu.system - last.cpu.system) / micros, { 'cpu.mode': 'system' });
          }
          last = now;
        },
      },
      {
        name: 'process.memory.usage',
        kind: 'upDownCounter',
        unit: 'By',
        description: 'The amount of physical memory in use.',
        observe: (observe) => observe(process.memoryUsage.rss()),
      },
      {
        name: 'process.memory.virtual',
        kind: 'upDownCounter',
        unit: 'By',
        description: 'The amount of committed virtual memory.',
        observe(observe) {
          if (isLinux) observe(statusField('VmSize') * 1024);
        },
      },
      {
        name: 'process.thread.count',
        kind: 'upDownCounter',
        unit: '{thread}',
        description: 'Process threads count.',
        observe(observe) {
          if (isLinux) observe(statusField('Threads'));
        },
      },
      {
        name: 'process.unix.file_descriptor.count',
        kind: 'upDownCounter',
        unit: '{file_descriptor}',
        description: 'Number of UNIX file descriptors in use by the process.',
        observe(observe) {
          // The one that reads the directory is among them.
          if (isLinux) observe(readdirSync('/proc/self/fd').length - 1);
        },
      },
      {
        name: 'process.context_switches',
        kind: 'counter',
        unit: '{context_switch}',
        description: 'Number of times the process has been context switched.',
        observe(observe) {
          const { voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage();
          observe(voluntaryContextSwitches, { 'process.context_switch.type': 'voluntary' });
          observe(involuntaryContextSwitches, { 'process.context_switch.type': 'involuntary' });
        },
      },
      {
        name: 'process.paging.faults',
        kind: 'counter',
        unit: '{fault}',
        description: 'Number of page faults the process has made.',
        observe(observe) {
          const { majorPageFault, minorPageFault } = process.resourceUsage();
          observe(majorPageFault, { 'system.paging.fault.type': 'major' });
          observe(minorPageFault, { 'system.paging.fault.type': 'minor' });
        },
      },
      {
        name: 'process.uptime',
        kind: 'gauge',
        unit: 's',
        description: 'The time the process has been running.',
        observe: (observe) => observe(process.uptime()),
      },
    ],
  },
});

/** A number of /proc/self/status (proc_pid_status(5)). */
function statusField(name: string): number {
  const status = readFileSync('/proc/self/status', 'latin1');
  const start = status.indexOf(`\n${name}:`) + name.length + 2;
  return Number.parseInt(status.slice(start, start + 32), 10);
}
