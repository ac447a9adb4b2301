import type { DrawnSpan } from './tree-notation';

interface Likeness<A> {
  /** The drawn span and all below it fit. */
  isSame(drawn: DrawnSpan, actual: A): boolean;
  /** Name and kind fit. */
  isAlike(drawn: DrawnSpan, actual: A): boolean;
}

/**
 * Lays drawn siblings beside actual ones, both in order: what fits together is a pair, the rest stands alone. Drawn
 * siblings marked "in any order" are first brought into the order of those that they fit.
 */
export function pairSiblings<A>(drawn: readonly DrawnSpan[], actual: readonly A[], likeness: Likeness<A>) {
  const ordered: DrawnSpan[] = [];
  for (let start = 0; start < drawn.length; ) {
    let end = start + 1;
    if (drawn[start]!.anyOrder) while (drawn[end]?.anyOrder) end++;
    const run = drawn.slice(start, end);
    ordered.push(...(run.length > 1 ? inOrderOf(run, actual, likeness) : run));
    start = end;
  }
  return align(ordered, actual, likeness);
}

/** Bipartite matching by augmenting paths: a wildcard must not take the span that only its sibling fits. */
function inOrderOf<A>(
  run: readonly DrawnSpan[],
  actual: readonly A[],
  { isSame, isAlike }: Likeness<A>,
): DrawnSpan[] {
  const owner = new Map<number, number>();
  const claim = (member: number, fits: Likeness<A>['isSame'], tried: Set<number>): boolean =>
    actual.some((candidate, position) => {
      if (tried.has(position) || !fits(run[member]!, candidate)) return false;
      tried.add(position);
      const other = owner.get(position);
      if (other !== undefined && !claim(other, fits, tried)) return false;
      owner.set(position, member);
      return true;
    });
  const unclaimed = run.map((_, member) => member).filter((member) => !claim(member, isSame, new Set()));
  for (const member of unclaimed) {
    const position = actual.findIndex((candidate, at) => !owner.has(at) && isAlike(run[member]!, candidate));
    if (position >= 0) owner.set(position, member);
  }
  const placed = [...owner].sort(([a], [b]) => a - b).map(([, member]) => member);
  return [...placed, ...unclaimed.filter((member) => !placed.includes(member))].map((member) => run[member]!);
}

/** The alignment with the most pairs that fit, full fits counting more (dynamic programming, as for a diff). */
function align<A>(drawn: readonly DrawnSpan[], actual: readonly A[], { isSame, isAlike }: Likeness<A>) {
  const fit = (i: number, j: number) => {
    if (!isAlike(drawn[i]!, actual[j]!)) return 0;
    return isSame(drawn[i]!, actual[j]!) ? 3 : 2;
  };
  const best = drawn.map(() => new Array<number>(actual.length + 1).fill(0));
  best.push(new Array<number>(actual.length + 1).fill(0));
  for (let i = drawn.length - 1; i >= 0; i--) {
    for (let j = actual.length - 1; j >= 0; j--) {
      const score = fit(i, j);
      const paired = score > 0 ? score + best[i + 1]![j + 1]! : 0;
      best[i]![j] = Math.max(paired, best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  const pairs: [DrawnSpan | undefined, A | undefined][] = [];
  let i = 0;
  let j = 0;
  while (i < drawn.length && j < actual.length) {
    const score = fit(i, j);
    if (score > 0 && best[i]![j] === score + best[i + 1]![j + 1]!) pairs.push([drawn[i++], actual[j++]]);
    else if (best[i]![j] === best[i + 1]![j]!) pairs.push([drawn[i++], undefined]);
    else pairs.push([undefined, actual[j++]]);
  }
  while (i < drawn.length) pairs.push([drawn[i++], undefined]);
  while (j < actual.length) pairs.push([undefined, actual[j++]]);
  return pairs;
}
