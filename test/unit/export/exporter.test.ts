import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, mock, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createExporter, type ExporterOptions } from '../../../src/export/exporter';
import type { Outcome } from '../../../src/export/outcome';

const success: Outcome = { kind: 'success' };
const failure: Outcome = { kind: 'failure', reason: 'HTTP 400' };

/** An exporter of numbers, each as many bytes as its value, whose requests the test answers. */
function setUp(options: Partial<ExporterOptions<number>> = {}, maxBatchBytes = 1000) {
  const requests: { items: number[]; answer: (outcome: Outcome) => void; store: unknown }[] = [];
  const sync: number[][] = [];
  const bodies = new Map<Uint8Array, number[]>();
  let syncOutcome = success;
  let drained = 0;
  let hasLeft = false;
  const exporter = createExporter<number>({
    items: 'spans',
    endpoint: 'http://collector/v1/traces',
    transport: {
      send(body, _timeout, answer) {
        requests.push({ items: bodies.get(body)!, answer, store: storage.getStore() });
        return { hasLeft: () => hasLeft };
      },
      sendSync: (body) => {
        sync.push(bodies.get(body)!);
        return syncOutcome;
      },
      shutdown() {},
    },
    createBatch() {
      const items: number[] = [];
      return {
        get count() {
          return items.length;
        },
        get byteLength() {
          return items.reduce((a, b) => a + b, 0);
        },
        add(item) {
          if (this.byteLength + item > maxBatchBytes) return false;
          items.push(item);
          return true;
        },
        encode() {
          const body = new Uint8Array(this.byteLength);
          bodies.set(body, items);
          return body;
        },
      };
    },
    scheduleDelayMillis: 60_000,
    exportTimeoutMillis: 1000,
    maxQueueSize: 10,
    maxExportBatchSize: 4,
    maxQueueBytes: 10_000,
    onDrained: () => drained++,
    ...options,
  });
  const add = (...items: number[]) => {
    for (const item of items) exporter.add(item);
  };
  return {
    exporter,
    add,
    requests,
    sync,
    answerSync: (outcome: Outcome) => (syncOutcome = outcome),
    requestLeaves: () => (hasLeft = true),
    drained: () => drained,
  };
}

const storage = new AsyncLocalStorage();

/** What is said on stderr meanwhile. */
function linesDuring(act: () => void): string[] {
  const lines: string[] = [];
  const write = mock.method(
    require('node:fs') as typeof import('node:fs'),
    'writeSync',
    (fd: number, line: string) => {
      assert.equal(fd, 2);
      lines.push(line);
      return line.length;
    },
  );
  try {
    act();
  } finally {
    write.mock.restore();
  }
  return lines.map((line) => line.trim());
}

describe('the queue', () => {
  test('a full batch leaves at once, one request at a time', () => {
    const { add, requests, exporter } = setUp();
    add(1, 2, 3);
    assert.equal(requests.length, 0);
    add(4, 5, 6, 7, 8, 9);
    assert.deepEqual(
      requests.map(({ items }) => items),
      [[1, 2, 3, 4]],
    );
    requests[0]!.answer(success);
    assert.deepEqual(
      requests.map(({ items }) => items),
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    );
    requests[1]!.answer(success);
    assert.equal(exporter.hasUndelivered(), true);
    exporter.flush();
    assert.deepEqual(requests[2]!.items, [9]);
    requests[2]!.answer(success);
    assert.equal(exporter.hasUndelivered(), false);
  });

  test('the first item is sent after the delay, though no more come', async () => {
    const { add, requests } = setUp({ scheduleDelayMillis: 10 });
    const keepsAlive = setTimeout(2000, undefined, { signal: AbortSignal.timeout(2000) });
    keepsAlive.catch(() => {});
    add(1, 2);
    while (requests.length === 0) await setTimeout(5);
    assert.deepEqual(requests[0]!.items, [1, 2]);
  });

  test('nothing waiting, nothing sent', () => {
    const { exporter, requests, sync } = setUp();
    exporter.flush();
    exporter.flushSync(100);
    assert.deepEqual([requests, sync], [[], []]);
  });

  test('the newest is dropped when the queue is full, items under way counted', () => {
    const { add, requests, exporter } = setUp();
    const lines = linesDuring(() => {
      add(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
      for (let i = 0; i < 3; i++) {
        exporter.flush();
        requests[i]!.answer(success);
      }
    });
    assert.deepEqual(
      requests.flatMap(({ items }) => items),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.deepEqual(lines, ['otel-instrument: spans are dropped: they come faster than they are sent']);
    add(13);
    exporter.flush();
    assert.deepEqual(requests[3]!.items, [13], 'there is room again');
  });

  test('is bounded in bytes', () => {
    const { add, requests, exporter } = setUp({ maxQueueBytes: 100 });
    add(60, 60, 1);
    exporter.flush();
    assert.deepEqual(requests[0]!.items, [60, 60]);
    add(1);
    requests[0]!.answer(success);
    add(2);
    exporter.flush();
    assert.deepEqual(requests[1]!.items, [2]);
  });

  test('a batch that is full in bytes leaves, and the next one begins', () => {
    const { add, requests, exporter } = setUp({}, 100);
    add(60, 50, 101, 50);
    assert.deepEqual(
      requests.map(({ items }) => items),
      [[60]],
    );
    requests[0]!.answer(success);
    exporter.flush();
    requests[1]!.answer(success);
    assert.deepEqual(
      requests.map(({ items }) => items),
      [[60], [50], [50]],
      'what no batch can take is dropped alone',
    );
  });

  test('says when it is drained', () => {
    const { add, requests, exporter, drained } = setUp();
    add(1, 2, 3, 4, 5);
    requests[0]!.answer(success);
    assert.equal(drained(), 0);
    exporter.flush();
    requests[1]!.answer(failure);
    assert.equal(drained(), 1);
  });

  test('requests do not hold the store of the code that filled the batch', () => {
    const { add, requests } = setUp();
    storage.run('a request', () => add(1, 2, 3, 4));
    assert.equal(requests[0]!.store, undefined);
  });
});

describe('what is said', () => {
  test('one line when the collector is lost, one when it is back', () => {
    const { add, requests } = setUp();
    const answerAll = (outcome: Outcome) => {
      add(1, 2, 3, 4);
      requests.at(-1)!.answer(outcome);
    };
    const lines = linesDuring(() => {
      for (const outcome of [success, failure, failure, success, success]) answerAll(outcome);
    });
    assert.deepEqual(lines, [
      'otel-instrument: cannot export spans to http://collector/v1/traces: HTTP 400; they are dropped until it is back',
      'otel-instrument: exporting spans to http://collector/v1/traces again; 8 were dropped',
    ]);
  });

  test('what a partial success refused', () => {
    const { add, requests } = setUp();
    const lines = linesDuring(() => {
      add(1, 2, 3, 4);
      requests[0]!.answer({ kind: 'success', rejected: { count: 3, message: 'too old' } });
    });
    assert.deepEqual(lines, ['otel-instrument: http://collector/v1/traces refused 3 spans: too old']);
  });
});

describe('at the end of the process', () => {
  test('what is under way and what waits is sent, in order', () => {
    const { add, requests, sync, exporter } = setUp();
    add(1, 2, 3, 4, 5, 6, 7, 8, 9);
    exporter.flushSync(1000);
    assert.deepEqual(sync, [[1, 2, 3, 4], [5, 6, 7, 8], [9]]);
    assert.equal(exporter.hasUndelivered(), false);
    requests[0]!.answer(failure);
    assert.equal(requests.length, 1, 'the answer of what was sent again comes too late to matter');
    add(10);
    exporter.flush();
    assert.deepEqual(requests[1]!.items, [10], 'a process that goes on exports on');
  });

  test('a request that has left the process whole is not sent again', () => {
    const { add, sync, exporter, requestLeaves } = setUp();
    add(1, 2, 3, 4, 5);
    requestLeaves();
    exporter.flushSync(1000);
    assert.deepEqual(sync, [[5]]);
    assert.equal(exporter.hasUndelivered(), false);
  });

  test('when the collector is not there no more is tried, and one line counts what is lost', () => {
    const { add, sync, exporter, answerSync, drained } = setUp();
    answerSync({ kind: 'retryable', reason: 'ECONNREFUSED' });
    add(1, 2, 3, 4, 5);
    const lines = linesDuring(() => exporter.flushSync(1000));
    assert.deepEqual(sync, [[1, 2, 3, 4]]);
    assert.deepEqual(lines, [
      'otel-instrument: spans not delivered to http://collector/v1/traces at the end of the process: 5 (ECONNREFUSED)',
    ]);
    assert.equal(exporter.hasUndelivered(), false);
    assert.equal(drained(), 1);
  });

  test('a batch that is refused for good does not keep the next from being sent', () => {
    const { add, sync, exporter, answerSync } = setUp();
    answerSync(failure);
    add(1, 2, 3, 4, 5);
    linesDuring(() => exporter.flushSync(1000));
    assert.deepEqual(sync, [[1, 2, 3, 4], [5]]);
  });

  test('without a budget nothing is tried', () => {
    const { add, sync, exporter } = setUp();
    add(1);
    const lines = linesDuring(() => exporter.flushSync(0));
    assert.deepEqual(sync, []);
    assert.match(lines[0]!, /: 1 \(no time, OTEL_NODE_EXIT_TIMEOUT is over\)$/);
  });

  test('held, it takes any number of items and sends none but by flushSync', () => {
    const { add, requests, sync, exporter } = setUp();
    exporter.hold!();
    add(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    assert.deepEqual(requests, []);
    exporter.flushSync(1000);
    assert.deepEqual(sync, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13]]);
    add(1, 2, 3, 4);
    assert.equal(requests.length, 1, 'a process that goes on exports on');
  });
});
