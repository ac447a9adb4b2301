import { monotonicMillis } from '../model/clock';
import type { Sending } from './outcome';
import type { Sealed } from './queue';

/**
 * A request that has been waiting so long for its answer no longer keeps the next from leaving: a connection may be dead while the collector is well,
 * and the end of the timeout would be late to find out.
 */
const stallMillis = 4000;
const maxFlights = 8;

/** A batch on its way. */
export interface Flight {
  readonly batch: Sealed;
  /** On the monotonic clock. */
  readonly startMillis: number;
  readonly timeoutMillis: number;
  /** Missing while the request is being made. */
  request?: Sending;
  /** Another request has been answered since it started. */
  isOutdated: boolean;
}

/** The requests under way: one, and more only while the others stall. */
export interface Flights {
  readonly size: number;
  readonly byteLength: number;
  /** Until another may start; 0 is now. */
  pauseMillis(): number;
  /** @param timeoutMillis - for the batch as a whole, attempts before this one included. */
  start(batch: Sealed, timeoutMillis: number): Flight;
  /** `false` if it is not under way. */
  end(flight: Flight): boolean;
  endAll(): Flight[];
  outdate(): void;
}

/** No request is under way at first. */
export function createFlights(): Flights {
  const underWay = new Set<Flight>();
  // Fields, as in the queue.
  const flights = { size: 0, byteLength: 0, pauseMillis, start, end, endAll, outdate };
  return flights;

  function pauseMillis(): number {
    if (underWay.size >= maxFlights) return stallMillis;
    let startMillis = Number.NEGATIVE_INFINITY;
    for (const flight of underWay)
      if (!flight.isOutdated) startMillis = Math.max(startMillis, flight.startMillis);
    return Math.max(0, startMillis + stallMillis - monotonicMillis());
  }

  function start(batch: Sealed, timeoutMillis: number): Flight {
    const startMillis = monotonicMillis();
    batch.firstSentMillis ??= startMillis;
    const left = batch.firstSentMillis + timeoutMillis - startMillis;
    // What is kept although its time is over has no less time than a request may stall.
    const flight = {
      batch,
      startMillis,
      timeoutMillis: Math.max(left, Math.min(timeoutMillis, stallMillis)),
      isOutdated: false,
    };
    underWay.add(flight);
    account(batch.body.byteLength);
    return flight;
  }

  function end(flight: Flight): boolean {
    if (!underWay.delete(flight)) return false;
    account(-flight.batch.body.byteLength);
    return true;
  }

  function endAll(): Flight[] {
    const all = [...underWay];
    underWay.clear();
    account(-flights.byteLength);
    return all;
  }

  function outdate(): void {
    for (const flight of underWay) flight.isOutdated = true;
  }

  function account(bytes: number): void {
    flights.size = underWay.size;
    flights.byteLength += bytes;
  }
}
