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
  const flights = new Set<Flight>();
  let byteLength = 0;

  return {
    get size() {
      return flights.size;
    },
    get byteLength() {
      return byteLength;
    },
    pauseMillis() {
      if (flights.size >= maxFlights) return stallMillis;
      let startMillis = Number.NEGATIVE_INFINITY;
      for (const flight of flights)
        if (!flight.isOutdated) startMillis = Math.max(startMillis, flight.startMillis);
      return Math.max(0, startMillis + stallMillis - monotonicMillis());
    },
    start(batch, timeoutMillis) {
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
      flights.add(flight);
      byteLength += batch.body.byteLength;
      return flight;
    },
    end(flight) {
      if (!flights.delete(flight)) return false;
      byteLength -= flight.batch.body.byteLength;
      return true;
    },
    endAll() {
      const all = [...flights];
      flights.clear();
      byteLength = 0;
      return all;
    },
    outdate() {
      for (const flight of flights) flight.isOutdated = true;
    },
  };
}
