import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../harness/run-program';

/** What a newcomer sees first: `npm run demo`, its whole output. */

const root = resolve(__dirname, '../..');

test('the demo draws whole traces across both services, and ends by itself', {
  timeout: 120_000,
}, async () => {
  const run = await runProgram(['--import', 'tsx', join('fixtures', 'demo', 'run.ts')], {
    cwd: root,
    timeoutMillis: 110_000,
  });

  assert.equal(run.stderr, '');
  assert.equal(run.exitCode, 0);
  const [order, secondOrder, soldOut, cached, missing, report] = tracesIn(run.stdout);
  const wholeOrder = [
    'POST /orders SERVER shop',
    '├─ GET CLIENT',
    '│  └─ GET SERVER fulfilment',
    '│     └─ SELECT stock CLIENT',
    '├─ INSERT orders CLIENT',
    '├─ MULTI 127.0.0.1:{port} CLIENT',
    '└─ send orders PRODUCER',
    '   └─ process orders CONSUMER fulfilment',
    '      ├─ UPDATE stock CLIENT',
    '      └─ UPDATE orders CLIENT',
  ];
  assert.deepEqual(order, wholeOrder);
  assert.deepEqual(secondOrder, wholeOrder);
  assert.deepEqual(
    soldOut,
    wholeOrder.slice(0, 4).map((line) => line.replace('├', '└').replace('│', ' ')),
  );
  assert.deepEqual(cached, ['GET /orders/:id SERVER', '└─ GET 127.0.0.1:{port} CLIENT']);
  assert.deepEqual(missing, [
    'GET /orders/:id SERVER',
    '├─ GET 127.0.0.1:{port} CLIENT',
    '└─ SELECT orders CLIENT',
  ]);
  assert.deepEqual(report, ['✗ GET /report SERVER', '└─ ✗ SELECT reports CLIENT']);
});

/** The drawn traces: tree, name, kind and service of each line; bars, durations and details left out. */
function tracesIn(output: string): string[][] {
  const [, ...traces] = output.split(/^trace [0-9a-f]{32} .*$/m);
  return traces.map((trace) =>
    trace
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, name, kind, service] =
          /^(.*?) +(SERVER|CLIENT|PRODUCER|CONSUMER) +(shop|fulfilment)?/.exec(line) ?? [];
        return [name?.replace(/:\d+$/, ':{port}'), kind, service].filter(Boolean).join(' ');
      }),
  );
}
