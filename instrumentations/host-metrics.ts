import { readFileSync } from 'node:fs';
import { defineInstrumentation } from '../src/kit';

const { cpus, freemem, totalmem, uptime } = require('node:os') as typeof import('node:os');

/** The times that Node tells of a CPU, in milliseconds, as the conventions call them. */
const modes = { user: 'user', nice: 'nice', sys: 'system', idle: 'idle', irq: 'interrupt' } as const;

export default defineInstrumentation({
  name: 'host-metrics',
  docs: {
    title: 'Host',
    description: 'Metrics of CPU, memory and network of the host. Off unless it is enabled by name.',
    link: 'https://opentelemetry.io/docs/specs/semconv/system/system-metrics/',
    signals: ['metrics'],
  },
  // A collector on the host has them for all processes at once.
  isOffByDefault: true,
  observed: {
    metrics: [
      {
        name: 'system.cpu.time',
        kind: 'counter',
        unit: 's',
        description: 'Seconds the CPUs spent on each mode.',
        observe(observe) {
          const all = cpus();
          for (const [key, mode] of Object.entries(modes)) {
            const millis = all.reduce((sum, { times }) => sum + times[key as keyof typeof modes], 0);
            observe(millis / 1000, { 'cpu.mode': mode });
          }
        },
      },
      {
        name: 'system.memory.usage',
        kind: 'upDownCounter',
        unit: 'By',
        description: 'Reports memory by state.',
        observe(observe) {
          observe(totalmem() - freemem(), { 'system.memory.state': 'used' });
          observe(freemem(), { 'system.memory.state': 'free' });
        },
      },
      {
        name: 'system.memory.utilization',
        kind: 'gauge',
        unit: '1',
        description: 'Fraction of memory bytes by state.',
        observe(observe) {
          const free = freemem() / totalmem();
          observe(1 - free, { 'system.memory.state': 'used' });
          observe(free, { 'system.memory.state': 'free' });
        },
      },
      {
        name: 'system.network.io',
        kind: 'counter',
        unit: 'By',
        description: 'The number of bytes transmitted and received.',
        observe(observe) {
          if (process.platform !== 'linux') return;
          for (const [name, received, transmitted] of networkInterfaces()) {
            observe(received, { 'network.interface.name': name, 'network.io.direction': 'receive' });
            observe(transmitted, { 'network.interface.name': name, 'network.io.direction': 'transmit' });
          }
        },
      },
      {
        name: 'system.uptime',
        kind: 'gauge',
        unit: 's',
        description: 'The time the system has been running.',
        observe: (observe) => observe(uptime()),
      },
    ],
  },
});

/** Name, bytes received and bytes transmitted of each (proc_pid_net(5), `/proc/net/dev`). */
function networkInterfaces(): [name: string, received: number, transmitted: number][] {
  const lines = readFileSync('/proc/net/dev', 'latin1').trim().split('\n').slice(2);
  return lines.map((line) => {
    const [name = '', counters = ''] = line.split(':');
    const values = counters.trim().split(/\s+/).map(Number);
    return [name.trim(), values[0] ?? 0, values[8] ?? 0];
  });
}
