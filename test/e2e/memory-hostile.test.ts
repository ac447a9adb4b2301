import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runProgram } from '../harness/run-program';
import { allSignals, startSink } from '../soak/memory-of';

const program = join(__dirname, '../../fixtures/core/growth.cjs');
const maxGrowthMegabytes = 2;

describe('what is kept of 50,000', { concurrency: 3 }, () => {
  const cases: readonly (readonly [act: string, line?: RegExp])[] = [
    [
      'spans that never end',
      /still open at the end of the process and lost: 40000 \(more than 10000 were open\)/,
    ],
    ['spans with all they can hold'],
    ['tracers'],
    ['loggers'],
    ['series', /metric orders: more than 1999 sets of attributes/],
    ['nested contexts'],
    ['exceptions'],
  ];
  for (const [act, line] of cases) {
    test(`${act} is bounded`, async (t) => {
      const sink = await startSink();
      t.after(() => sink.stop());
      const { stdout, stderr, exitCode } = await runProgram(['--expose-gc', program, act], {
        preload: true,
        env: { ...allSignals(sink.url), OTEL_NODE_EXIT_TIMEOUT: '10000' },
      });
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^-?\d+\.\d+\n$/);
      t.diagnostic(`${act}: grew by ${stdout.trim()} MB`);
      assert.ok(Number(stdout) <= maxGrowthMegabytes, `grew by ${stdout} MB\n${stderr}`);
      if (line) assert.match(stderr, line);
    });
  }
});
