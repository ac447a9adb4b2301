import { log } from '../diag/log';

/** What became of all items that an exporter was given: `created` is the sum of the others. */
export interface ExportCounters {
  readonly created: number;
  /** Waiting or on their way. */
  readonly queued: number;
  /** The collector said that it has them. */
  readonly accepted: number;
  /** The collector took the request and said that it leaves them out ("partial success"). */
  readonly rejected: number;
  /** They left the process whole and no answer came: the collector may have them. */
  readonly unknown: number;
  /** Written to files; see `OTEL_NODE_SPOOL_DIRECTORY`. */
  readonly spooled: number;
  readonly dropped: number;
}

type Fate = Exclude<keyof ExportCounters, 'created' | 'queued'>;

/** Different reasons of refusals that are printed. */
const maxRefusals = 10;

/** Keeps the accounts of one exporter, and says aloud what a user has to know: nothing twice. */
export interface Ledger {
  readonly counters: ExportCounters;
  created(): void;
  settled(fate: Fate, count: number): void;
  /** Items that no request can take are dropped. @param reason - who says so. */
  tooLarge(count: number, reason: string): void;
  /** What a partial success refused. */
  refused(count: number, message: string): void;
  lost(reason: string): void;
  back(): void;
  /** Tells of what was dropped while the collector was there, if nobody has been told yet. */
  tellDropped(): void;
  /** What the end of the process leaves behind. */
  leftBehind(
    counts: { readonly spooled: number; readonly unknown: number; readonly dropped: number },
    reason: string,
  ): void;
}

/**
 * @param items - what is exported, in the plural: `spans`.
 * @param endpoint - without credentials.
 */
export function createLedger(items: string, endpoint: string, hasSpool: boolean): Ledger {
  const counters = { created: 0, queued: 0, accepted: 0, rejected: 0, unknown: 0, spooled: 0, dropped: 0 };
  const refusals = new Set<string>();
  let told = { ...counters };
  let isLost = false;

  return { counters, created, settled, tooLarge, refused, lost, back, tellDropped, leftBehind };

  function created(): void {
    counters.created++;
    counters.queued++;
  }

  function settled(fate: Fate, count: number): void {
    counters[fate] += count;
    counters.queued -= count;
  }

  function tooLarge(count: number, reason: string): void {
    settled('dropped', count);
    // It says all there is to say about them.
    told.dropped += count;
    log.warnOnce(`${items} that are too large for ${endpoint} are dropped: ${reason}`);
  }

  function refused(count: number, message: string): void {
    if (refusals.has(message) || refusals.size >= maxRefusals) return;
    refusals.add(message);
    log.warn(`${endpoint} refused ${count} ${items}: ${message || 'no reason given'}`);
  }

  /** One line when the collector is lost, one when it is back, nothing between. */
  function lost(reason: string): void {
    if (isLost) return;
    isLost = true;
    log.warn(
      `cannot export ${items} to ${endpoint}: ${reason}; they are ${hasSpool ? 'kept in files' : 'dropped'} until it is back`,
    );
  }

  function back(): void {
    const fates = (['dropped', 'unknown', 'spooled'] as const)
      .map((fate) => ({ fate, count: counters[fate] - told[fate] }))
      .filter(({ fate, count }) => count > 0 || (fate === 'dropped' && !hasSpool))
      .map(({ fate, count }) => `${count} ${descriptions[fate]}`);
    if (isLost)
      log.warn(`exporting ${items} to ${endpoint} again${fates.length > 0 ? `; ${fates.join(', ')}` : ''}`);
    else tellDropped();
    isLost = false;
    told = { ...counters };
  }

  function tellDropped(): void {
    if (!isLost && counters.dropped > told.dropped)
      log.warnOnce(`${items} are dropped: they come faster than they are sent`);
  }

  function leftBehind(counts: Parameters<Ledger['leftBehind']>[0], reason: string): void {
    for (const fate of ['spooled', 'unknown', 'dropped'] as const) settled(fate, counts[fate]);
    const lostCount = counts.unknown + counts.dropped;
    if (lostCount > 0)
      log.warn(`${items} not delivered to ${endpoint} at the end of the process: ${lostCount} (${reason})`);
    if (counts.spooled > 0)
      log.info(
        `${items} kept in files for the next run, not delivered to ${endpoint}: ${counts.spooled} (${reason})`,
      );
  }
}

const descriptions = { dropped: 'were dropped', unknown: 'got no answer', spooled: 'wait in files' } as const;
