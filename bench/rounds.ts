/** How often everything is measured, and for how long at the most. */
export interface Rounds {
  readonly most: number;
  /** A median needs some. */
  readonly least: number;
  /** After so many seconds no round is begun, once there are the least. */
  readonly seconds: number;
}

/** Numbers of rounds, until there are enough or the time is over: a slow machine must not make a run endless. */
export function* roundsOf({ most, least, seconds }: Rounds): Generator<number> {
  const endMillis = performance.now() + seconds * 1000;
  for (let round = 0; round < most; round++) {
    if (round >= least && performance.now() > endMillis) return;
    yield round;
  }
}

/** The items, beginning with another one in each round, so that none has always the same one before it. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** Once more if it fails, and says so: many rounds must not be lost by one connection. @throws what the second time fails with */
export async function twice<T>(measure: () => Promise<T>): Promise<T> {
  try {
    return await measure();
  } catch (error) {
    console.error(`once more: ${(error as Error).message}`);
    return await measure();
  }
}
