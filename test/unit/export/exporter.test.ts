import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, mock, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createExporter, type ExporterOptions } from '../../../src/export/exporter';
import type { Outcome } from '../../../src/export/outcome';
import { maxHoldMillis } from '../../../src/export/transport/release-loop';
import { blockFor } from '../../../src/model/timers';

const success: Outcome = { kind: 'success' };
const failure: Outcome = { kind: 'failure', reason: 'HTTP 400' };

/** Opens the breaker at once. */
const goAway: Outcome = { kind: 'retryable', reason: 'HTTP 429', delayMillis: 60_000 };
const comeAgain: Outcome = { kind: 'retryable', reason: 'HTTP 503', delayMillis: 5 };

/** An exporter of numbers, each as many bytes as its value, whose requests the test answers. */
function setUp(options: Partial<ExporterOptions<number>> = {}, maxBatchBytes = 1000) {
  const requests: { items: number[]; answer: (outcome: Outcome) => void; store: unknown }[] = [];
  const sync: number[][] = [];
  const bodies = new Map<Uint8Array, number[]>();
  let syncOutcome = success;
  let syncMillis = 0;
  let drained = 0;
  let encoded = 0;
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
        blockFor(syncMillis);
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
          encoded++;
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
    maxBatchBytes,
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
    answerSync(outcome: Outcome, millis = 0) {
      syncOutcome = outcome;
      syncMillis = millis;
    },
    requestLeaves: () => (hasLeft = true),
    counters: () => exporter.counters!,
    drained: () => drained,
    encoded: () => encoded,
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
  test('one line about items that no request takes, whatever else is dropped', () => {
    const mebibyte = 2 ** 20;
    const { add, requests, exporter, counters } = setUp({ maxQueueBytes: 100 * mebibyte }, 4 * mebibyte);
    const lines = linesDuring(() => {
      add(4 * mebibyte, 4 * mebibyte + 1, 5 * mebibyte);
      requests[0]!.answer(success);
      exporter.flushSync(100);
    });
    assert.deepEqual(lines, [
      'otel-instrument: spans that are too large for http://collector/v1/traces are dropped: a request has at most 4 MiB',
    ]);
    const { created, accepted, dropped } = counters();
    assert.deepEqual([created, accepted, dropped], [3, 1, 2]);
  });

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
    const lines = linesDuring(() => exporter.flushSync(1000));
    assert.deepEqual(sync, [[5]]);
    assert.deepEqual(lines, [], 'it has just left, and is taken to arrive');
    assert.equal(exporter.hasUndelivered(), false);
  });

  test('one line counts what left long ago and got no answer, together with what is left behind besides', async () => {
    for (const outcome of [success, { kind: 'retryable', reason: 'ECONNREFUSED' } as const]) {
      const { add, sync, exporter, requestLeaves, answerSync, counters } = setUp();
      answerSync(outcome);
      add(1, 2, 3, 4, 5);
      requestLeaves();
      await setTimeout(1100);
      const lines = linesDuring(() => exporter.flushSync(500));
      assert.deepEqual(sync, [[5]], 'it is not sent again');
      assert.deepEqual(lines, [
        `otel-instrument: spans not delivered to http://collector/v1/traces at the end of the process: ${
          outcome === success ? '4 (no answer)' : '5 (ECONNREFUSED)'
        }`,
      ]);
      assert.equal(counters().unknown, 4);
    }
  });

  test('when the collector is not there no more is tried, and one line counts what is lost', () => {
    const { add, sync, exporter, answerSync, drained } = setUp();
    answerSync({ kind: 'retryable', reason: 'ECONNREFUSED' });
    add(1, 2, 3, 4, 5);
    // The first pause would be 500 ms at least.
    const lines = linesDuring(() => exporter.flushSync(500));
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

  test('one line says that the time is over, also for a transport that was held up before and waits less', () => {
    const { add, exporter, answerSync } = setUp();
    answerSync({ kind: 'retryable', reason: 'no answer', isUnanswered: true }, 60);
    add(1);
    const lines = linesDuring(() => exporter.flushSync(50 + maxHoldMillis));
    assert.match(lines[0]!, /: 1 \(no answer, OTEL_NODE_EXIT_TIMEOUT is over\)$/);
  });

  test('a connection that is refused shortly before the end of the time is no matter of time', () => {
    const { add, exporter, answerSync } = setUp();
    answerSync({ kind: 'retryable', reason: 'ECONNREFUSED' }, 60);
    add(1);
    const lines = linesDuring(() => exporter.flushSync(50 + maxHoldMillis));
    assert.match(lines[0]!, /: 1 \(ECONNREFUSED\)$/);
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

describe('a batch that was not taken', () => {
  test('is sent again, before what came later', async () => {
    const { add, requests } = setUp();
    add(1, 2, 3, 4, 5, 6, 7, 8);
    requests[0]!.answer(comeAgain);
    assert.equal(requests.length, 1, 'after the pause');
    while (requests.length < 2) await setTimeout(5);
    assert.deepEqual(requests[1]!.items, [1, 2, 3, 4]);
    requests[1]!.answer(success);
    assert.deepEqual(requests[2]!.items, [5, 6, 7, 8]);
  });

  test('is given up when its time is over, if it may have arrived', () => {
    const { add, requests, counters } = setUp({ exportTimeoutMillis: 100 });
    add(1, 2, 3, 4);
    const lines = linesDuring(() =>
      requests[0]!.answer({ kind: 'retryable', reason: 'no answer in 100 ms', isUnanswered: true }),
    );
    assert.equal(counters().unknown, 4);
    assert.match(lines[0]!, /cannot export spans .*: no answer in 100 ms/);
  });

  test('is divided if it is too large, down to the item that is', () => {
    const body = (...names: string[]) => {
      const scopeSpans = Buffer.concat(names.map((name) => Buffer.from([18, 1, name.charCodeAt(0)])));
      return Buffer.concat([Buffer.from([10, 2 + scopeSpans.length, 18, scopeSpans.length]), scopeSpans]);
    };
    const sent: string[] = [];
    const accepted: string[] = [];
    const exporter = createExporter<string>({
      items: 'spans',
      endpoint: 'http://collector/v1/traces',
      transport: {
        send(bytes, _timeout, done) {
          const names = String(bytes).replace(/[^A-Z]/g, '');
          sent.push(names);
          const isTaken = names.length < 3 && !names.includes('X');
          if (isTaken) accepted.push(names);
          done(isTaken ? success : { kind: 'tooLarge', reason: 'HTTP 413' });
          return { hasLeft: () => true };
        },
        sendSync: () => assert.fail(),
        shutdown() {},
      },
      createBatch() {
        const names: string[] = [];
        return {
          get count() {
            return names.length;
          },
          byteLength: 0,
          add: (name) => names.push(name) > 0,
          encode: () => body(...names),
        };
      },
      scheduleDelayMillis: 60_000,
      exportTimeoutMillis: 1000,
      maxQueueSize: 10,
      maxExportBatchSize: 5,
      maxBatchBytes: 1000,
      maxQueueBytes: 1000,
    });
    const lines = linesDuring(() => {
      for (const name of 'ABCXE') exporter.add(name);
    });
    assert.deepEqual(sent, ['ABCXE', 'ABC', 'AB', 'C', 'XE', 'X', 'E']);
    assert.deepEqual(accepted, ['AB', 'C', 'E']);
    assert.deepEqual(lines, [
      'otel-instrument: spans that are too large for http://collector/v1/traces are dropped: HTTP 413',
    ]);
    const { created, dropped, accepted: taken, queued } = exporter.counters!;
    assert.deepEqual([created, dropped, taken, queued], [5, 1, 4, 0]);
  });

  test('a request without an answer does not keep the next from leaving for long', async () => {
    const { add, requests } = setUp({ exportTimeoutMillis: 10_000, maxQueueSize: 20 });
    add(1, 2, 3, 4, 5, 6, 7, 8);
    const startedAt = performance.now();
    const keepsAlive = setInterval(() => {}, 1000);
    while (requests.length < 2 && performance.now() - startedAt < 8000) await setTimeout(20);
    clearInterval(keepsAlive);
    const waited = performance.now() - startedAt;
    assert.ok(waited > 3900 && waited < 5000, String(waited));
    requests[1]!.answer(success);
    add(9, 10, 11, 12);
    assert.equal(requests.length, 3, 'nor those after it, when one is answered');
    const lines = linesDuring(() => requests[0]!.answer(failure));
    assert.equal(lines.length, 1, 'the first is still waited for');
  });
});

describe('while the collector is gone', () => {
  test('a rest is kept, and what it has no room for is not encoded', () => {
    const { add, requests, counters, encoded } = setUp({ maxQueueSize: 8 });
    add(1, 2, 3, 4);
    linesDuring(() => requests[0]!.answer(goAway));
    add(5, 6, 7, 8, 9, 10);
    assert.equal(encoded(), 8);
    const { created, queued, dropped } = counters();
    assert.deepEqual([created, queued, dropped], [10, 8, 2]);
    assert.equal(requests.length, 1);
  });

  test('a rest that is full gives up its oldest batch when a request fails', async () => {
    const { add, requests, counters } = setUp({ maxQueueSize: 8 });
    linesDuring(() => {
      add(1, 2, 3, 4);
      requests[0]!.answer({ ...goAway, delayMillis: 5001 } as Outcome);
      add(5, 6, 7, 8);
    });
    const keepsAlive = setInterval(() => {}, 1000);
    while (requests.length < 2) await setTimeout(20);
    clearInterval(keepsAlive);
    assert.deepEqual(requests[1]!.items, [1, 2, 3, 4]);
    requests[1]!.answer(goAway);
    assert.deepEqual([counters().dropped, counters().queued], [4, 4]);
    add(9, 10, 11, 12, 13);
    assert.equal(counters().queued, 8, 'room for news');
  });

  test('at the end a receiver that asked to be left alone is left alone', () => {
    const { add, requests, sync, exporter } = setUp();
    add(1, 2, 3, 4, 5);
    const lines = linesDuring(() => {
      requests[0]!.answer(goAway);
      exporter.flushSync(500);
    });
    assert.deepEqual(sync, []);
    assert.match(lines[1]!, /not delivered .*: 5 \(HTTP 429\)$/);
  });
});

test('every item has one fate', () => {
  const { add, requests, counters, exporter, requestLeaves } = setUp();
  const fates: readonly Outcome[] = [
    success,
    { kind: 'success', rejected: { count: 3, message: 'too old' } },
    failure,
    { kind: 'failure', reason: 'garbage', isUnanswered: true },
  ];
  linesDuring(() => {
    for (const outcome of fates) {
      add(1, 2, 3, 4);
      requests.at(-1)!.answer(outcome);
    }
    add(1001, 1, 2, 3, 4, 5);
    requestLeaves();
    exporter.flushSync(500);
  });
  assert.deepEqual(counters(), {
    created: 22,
    queued: 0,
    accepted: 4 + 1 + 1,
    rejected: 3,
    unknown: 4 + 4,
    spooled: 0,
    dropped: 4 + 1,
  });
});
