import { threadId } from 'node:worker_threads';
import { log, messageOf } from '../diag/log';
import { createEncoder } from '../export/hand-over';
import { writeSpan } from '../export/otlp/span';
import { setAt } from '../model/attribute-list';
import { nowMillis } from '../model/clock';
import type { EndedSpan } from '../model/ended-span';
import { startTimer } from '../model/timers';
import type { OpenSpan, OpenSpans } from '../sdk/trace/open-spans';
import { unfinishedKey } from '../sdk/trace/recording-span';
import { snapshotOf } from '../sdk/trace/snapshot';
import { threadIdKey } from '../threads/thread-id';
import type { HandOver } from '../threads/worker-side';

/** How often the main thread gets to see what a span has learned since it began. */
const intervalMillis = 200;
const sampledFlag = 1;

/**
 * Lets the main thread see the spans that are open, as they would be exported if they ended in this moment: a worker that is stopped by `terminate()`
 * does nothing any more. It sees each at its start, since a worker that is stopped may never have come to anything else, and then at intervals.
 */
export function showOpenSpans(openSpans: OpenSpans, handOver: HandOver): OpenSpans {
  const encode = createEncoder(writeSpan);
  const places = new Map<EndedSpan, number>();
  let isRefreshing = false;

  return {
    ...openSpans,
    add(span) {
      openSpans.add(span);
      if (!handOver.isOnItsOwn()) show(asSpan(span));
    },
    remove(span) {
      const place = places.get(asSpan(span));
      if (place !== undefined) {
        places.delete(asSpan(span));
        handOver.hide(place);
      }
      openSpans.remove(span);
    },
  };

  function show(span: EndedSpan): void {
    try {
      const { scope, context } = span;
      // One that is only kept in case its trace turns out to be of interest is nobody's yet.
      if (!(context.traceFlags & sampledFlag)) return;
      const encoded = encode(asUnfinished(span));
      const place = encoded && handOver.show(scope, encoded);
      if (place === undefined) return;
      places.set(span, place);
      if (!isRefreshing) startTimer(refresh, intervalMillis);
      isRefreshing = true;
    } catch (error) {
      log.warnOnce(`a span that is open cannot be shown to the main thread: ${messageOf(error)}`);
    }
  }

  function refresh(): void {
    isRefreshing = places.size > 0 && !handOver.isOnItsOwn();
    if (!isRefreshing) return;
    for (const [span, place] of places) {
      const encoded = encode(asUnfinished(span));
      if (encoded) handOver.showAgain(place, span.scope, encoded);
    }
    startTimer(refresh, intervalMillis);
  }
}

/** They are recording spans. */
function asSpan(span: OpenSpan): EndedSpan {
  return span as unknown as EndedSpan;
}

function asUnfinished(open: EndedSpan): EndedSpan {
  const span = { ...snapshotOf(open), endMillis: nowMillis() };
  setAt(span.attributes, unfinishedKey, true);
  setAt(span.attributes, threadIdKey, threadId);
  return span;
}
