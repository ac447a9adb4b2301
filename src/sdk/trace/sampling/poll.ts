import { log } from '../../../diag/log';
import { startTimer } from '../../../model/timers';

/** Asks a server for JSON, and calls back once; never throws. */
export type FetchJson = (
  url: string,
  body: unknown,
  done: (answer: { readonly value: unknown } | { readonly problem: string }) => void,
) => void;

export interface PollOptions {
  readonly fetchJson: FetchJson;
  /** Asked at each time, and not before the first. */
  readonly url: () => string;
  /** What is asked for, for messages: `sampling strategies`. */
  readonly what: string;
  /** What is sent; `undefined` for a GET. */
  readonly body?: () => unknown;
  /** Until the next time; asked after each. */
  readonly intervalMillis: () => number;
  /** @throws when it cannot be used */
  readonly use: (value: unknown) => void;
  /** Until the first time. Default: as soon as the program has started. */
  readonly firstDelayMillis?: number;
}

/** Below this nobody is asked again, whatever a server wants. */
const minIntervalMillis = 100;

/**
 * Asks again and again for as long as the process lives, which it does not prolong. What was learned last stays in use while the
 * server does not answer: one line says so, another that it is back.
 */
export function poll({
  fetchJson,
  url,
  what,
  body,
  intervalMillis,
  use,
  firstDelayMillis = 0,
}: PollOptions): void {
  let isLost = false;
  startTimer(ask, firstDelayMillis);

  function ask(): void {
    fetchJson(url(), body?.(), (answer) => {
      report('problem' in answer ? answer.problem : tryToUse(answer.value));
      startTimer(ask, Math.max(minIntervalMillis, intervalMillis()));
    });
  }

  function tryToUse(value: unknown): string | undefined {
    try {
      use(value);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  function report(problem: string | undefined): void {
    if (problem !== undefined && !isLost)
      log.warn(`cannot read ${what} from ${withoutCredentials(url())}: ${problem}; trying again`);
    else if (problem === undefined && isLost)
      log.warn(`reading ${what} from ${withoutCredentials(url())} again`);
    isLost = problem !== undefined;
  }
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
