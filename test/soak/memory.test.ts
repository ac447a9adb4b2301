import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { allSignals, type Memory, type Soak, soak, startSink } from './memory-of';

/** `npm run soak` sends two million. */
const requests = Number(process.env.SOAK_REQUESTS ?? 100_000);
const maxGrowthMegabytes = 2;
const maxHungMegabytes = 16;
/** Spans, metrics and log records are sent twice a second, so with fewer requests than these nothing would be shown. */
const minExports = 20;

describe(`after ${requests} requests of every kind`, { timeout: 60 * 60_000 }, () => {
  let healthy: Soak | undefined;

  test(`the heap is within ${maxGrowthMegabytes} MB of what it was after the first twentieth`, async (t) => {
    const sink = await sinkFor(t);
    healthy = await soak(requests, allSignals(sink.url));
    tell(t, healthy);
    assert.equal(healthy.stderr, '');
    assert.ok(sink.received() > minExports, `only ${sink.received()} requests at the collector`);
    const growth = megabytes(healthy.after.heapUsed - healthy.before.heapUsed);
    assert.ok(growth <= maxGrowthMegabytes, `it grew by ${growth} MB`);
  });

  test(`a collector that never answers has added at most ${maxHungMegabytes} MB`, async (t) => {
    assert.ok(healthy, 'needs the result of the test before');
    const sink = await sinkFor(t, true);
    const hung = await soak(requests, allSignals(sink.url));
    tell(t, hung);
    assert.ok(sink.received() > 0);
    assert.match(hung.stderr, /cannot export spans/);
    const added = megabytes(total(hung.after) - total(healthy.after));
    assert.ok(added <= maxHungMegabytes, `it added ${added} MB`);
  });
});

async function sinkFor(t: TestContext, isHung = false) {
  const sink = await startSink(isHung);
  t.after(() => sink.stop());
  return sink;
}

/** Buffers in the queue lie outside the heap. */
const total = ({ heapUsed, external }: Memory) => heapUsed + external;
const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(2));

function tell(t: TestContext, { requests, requestsPerSecond, before, after }: Soak): void {
  const told = ({ heapUsed, external, rss }: Memory) =>
    `heap ${megabytes(heapUsed)} MB, external ${megabytes(external)} MB, resident ${megabytes(rss)} MB`;
  t.diagnostic(`${requests} requests, ${requestsPerSecond} a second: ${told(before)}; then ${told(after)}`);
}
