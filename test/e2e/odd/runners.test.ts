import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../../harness/node-versions';
import { layBesideExpress, packages, runOdd } from './odd-program';

/** Asks an application and checks the answer; Express is loaded anew for each. */
const ask = `
async function ask(express) {
  const server = express().get('/u/:id', (request, response) => response.send(request.params.id));
  const listening = await new Promise((resolve) => { const one = server.listen(0, '127.0.0.1', () => resolve(one)); });
  const response = await fetch('http://127.0.0.1:' + listening.address().port + '/u/7', { headers: { connection: 'close' } });
  const text = await response.text();
  await new Promise((resolve) => listening.close(resolve));
  return text;
}`;

const directory = layBesideExpress({
  'package.json': JSON.stringify({
    private: true,
    jest: { testEnvironment: 'node', reporters: ['<rootDir>/reporter.cjs'], cache: false, watchman: false },
  }),
  // Names and outcomes alone, sorted: durations differ from run to run, and with several processes the order.
  'reporter.cjs': `module.exports = class {
    lines = [];
    onTestResult(_, { testResults }) { for (const { fullName, status, failureMessages } of testResults) this.lines.push([fullName, status, failureMessages].join(' ')); }
    onRunComplete(_, { numPassedTests, numFailedTests }) { console.log([...this.lines.sort(), numPassedTests, 'passed', numFailedTests, 'failed'].join(' ')); }
  };`,
  'jest/reset.test.js': `${ask}
    beforeEach(() => jest.resetModules());
    for (const turn of [1, 2, 3]) test('a fresh Express ' + turn, async () => { expect(await ask(require('express'))).toBe('7'); });
    test('isolated', () => { jest.isolateModules(() => { expect(typeof require('express')).toBe('function'); }); });`,
  'jest/mocks.test.js': `
    jest.mock('http', () => ({ ...jest.requireActual('http'), get: jest.fn(() => 'mocked') }));
    jest.mock('express', () => jest.fn(() => 'no application'));
    test('mocks', () => { expect(require('http').get()).toBe('mocked'); expect(require('express')()).toBe('no application'); });`,
  'jest/timers.test.js': `
    test('modern fake timers', () => {
      jest.useFakeTimers({ now: 5 }); const called = jest.fn(); setTimeout(called, 1000); jest.advanceTimersByTime(1000);
      expect(called).toHaveBeenCalledTimes(1); expect(Date.now()).toBe(1005); jest.runAllTimers(); expect(jest.getTimerCount()).toBe(0);
    });
    test('fails', () => { expect(1).toBe(2); });
    test('its own globals', () => { expect([] instanceof Array).toBe(true); expect(Object.keys(globalThis).filter((name) => /otel/i.test(name))).toEqual([]); });`,
  'vitest.config.mjs': `export default { test: { include: ['vitest/*.test.mjs'], reporters: ['./vitest-reporter.mjs'], watch: false } };`,
  'vitest-reporter.mjs': `export default class { onTestCaseResult(test) { console.log(test.fullName, test.result().state); } }`,
  'vitest/app.test.mjs': `import { test, expect, vi } from 'vitest'; ${ask}
    test('a fresh Express', async () => { vi.resetModules(); const { default: express } = await import('express'); expect(await ask(express)).toBe('7'); });
    test('fake timers', () => { vi.useFakeTimers(); const called = vi.fn(); setTimeout(called, 10); vi.advanceTimersByTime(10); expect(called).toHaveBeenCalled(); vi.useRealTimers(); });`,
  'node.test.mjs': `import test from 'node:test'; import assert from 'node:assert'; import express from 'express'; ${ask}
    test('asks', async () => { assert.equal(await ask(express), '7'); });`,
});

const asked = ['GET SERVER', 'GET CLIENT'];
const withRoute = ['GET /u/:id SERVER', 'GET CLIENT'];

interface Runner {
  readonly name: string;
  readonly args: readonly string[];
  readonly spans: readonly string[];
  readonly exitCode?: number;
}

// Jest and Vitest load packages by themselves, into contexts of their own: of Express nothing is seen there, of Node's own modules all.
const jest = [join(packages, 'jest/bin/jest.js'), '--rootDir', directory, '--testMatch', '**/jest/*.test.js'];
const vitest = [join(packages, 'vitest/vitest.mjs'), 'run', '--root', directory];
const runners: readonly Runner[] = [
  {
    name: 'jest in one process',
    args: [...jest, '--runInBand', '--testPathPatterns', 'reset|mocks'],
    spans: [...asked, ...asked, ...asked],
  },
  {
    name: 'jest with a failing test',
    args: [...jest, '--runInBand', '--testPathPatterns', 'timers'],
    spans: [],
    exitCode: 1,
  },
  {
    name: 'jest with worker processes',
    args: [...jest, '--workerThreads=false', '--maxWorkers=2', '--testPathPatterns', 'reset|mocks'],
    spans: [...asked, ...asked, ...asked],
  },
  {
    name: 'jest with worker threads',
    args: [...jest, '--workerThreads', '--maxWorkers=2', '--testPathPatterns', 'reset|mocks'],
    spans: [...asked, ...asked, ...asked],
  },
  { name: 'vitest with worker threads', args: [...vitest, '--pool=threads'], spans: withRoute },
  { name: 'vitest with processes', args: [...vitest, '--pool=forks'], spans: withRoute },
  {
    name: 'node --test',
    args: ['--test', '--test-reporter=dot', join(directory, 'node.test.mjs')],
    spans: withRoute,
  },
];

for (const version of [process.versions.node, '22.23.3', '24.21.0', '26.10.0']) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const { name, ...runner } of runners)
      test(name, () =>
        runOdd({ ...runner, cwd: directory, node: node as string, env: { CI: 'true', NO_COLOR: '1' } }).then(
          () => {},
        ),
      );
  });
}
