import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../../harness/node-versions';
import { asksItself, commonJs, itsSpans, layBesideExpress, nodeLines, packages, runOdd } from './odd-program';

/** Programs that fake what time and chance are, before they load anything or while they run. */
const fakes: Readonly<Record<string, { source: string; versions?: readonly string[] }>> = {
  'sinon fake timers': {
    source: `const express = require('express'); const http = require('node:http');
      const clock = require(${JSON.stringify(join(packages, 'sinon'))}).useFakeTimers({ now: 12345, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance', 'hrtime'] });
      console.log(Date.now(), performance.now()); setTimeout(() => console.log('faked'), 60_000); clock.tick(60_000); console.log(Date.now(), clock.countTimers());
      ${asksItself} process.on('exit', () => console.log(clock.countTimers()));`,
  },
  'fake timers of node:test': {
    source: `const { mock } = require('node:test'); mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: 99 });
      setTimeout(() => console.log('faked', Date.now()), 1e6); mock.timers.tick(1e6); ${commonJs}`,
    versions: ['22.23.3', '24.21.0', '26.10.0'],
  },
  'a Date that stands still': {
    source: `const Real = Date; globalThis.Date = class extends Real { constructor() { super(0); } static now() { return 0; } }; Object.freeze(Date);
      console.log(Date.now(), new Date().toISOString()); ${commonJs}`,
  },
  'performance and hrtime that stand still': {
    source: `performance.now = () => 7; process.hrtime = () => [0, 0]; process.hrtime.bigint = () => 0n; Date.now = () => { throw new Error('no time'); }; ${commonJs}`,
  },
  'a seeded Math.random': {
    source: `let seed = 1; Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647; ${commonJs}
      process.on('exit', () => console.log(Math.random(), seed));`,
  },
  'a Math.random that is always 0': { source: `Math.random = () => 0; ${commonJs}` },
  'a Math.random that throws': {
    source: `Math.random = () => { throw new Error('no chance'); }; ${commonJs}`,
  },
  'crypto that is the same every time': {
    source: `const crypto = require('node:crypto'); crypto.randomBytes = (size) => Buffer.alloc(size); crypto.randomUUID = () => 'one'; crypto.getRandomValues = (array) => array.fill(0); ${commonJs}`,
  },
};

const directory = layBesideExpress(
  Object.fromEntries(Object.entries(fakes).map(([name, { source }]) => [`${name}.cjs`, source])),
);

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const [name, { versions = nodeLines }] of Object.entries(fakes)) {
      if (!versions.includes(version)) continue;
      test(name, async () => {
        const startedNano = BigInt(Date.now() - 1) * 1_000_000n;
        const { spans } = await runOdd({
          args: [join(directory, `${name}.cjs`)],
          node: node as string,
          spans: itsSpans,
        });
        const endedNano = BigInt(Date.now() + 1) * 1_000_000n;
        // A millisecond more on both sides: the clock of spans begins with a reading of whole milliseconds.
        for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
          assert.ok(startTimeUnixNano >= startedNano && endTimeUnixNano <= endedNano, 'the real time');
          assert.ok(endTimeUnixNano > startTimeUnixNano, 'a span takes time');
        }
        assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 2);
        assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
      });
    }
    // The ids of two runs differ though the program's own sequence is the same.
    test('two runs with the same seed', async () => {
      const ids = new Set<string>();
      for (let index = 0; index < 2; index++) {
        const args = [join(directory, 'a seeded Math.random.cjs')];
        const { spans } = await runOdd({ args, node: node as string, spans: itsSpans });
        for (const { spanId } of spans) ids.add(spanId);
      }
      assert.equal(ids.size, 4);
    });
  });
}
