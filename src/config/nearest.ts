/** The name that differs from `name` in the fewest letters, if in at most a third of them and `maxEdits`; for did-you-mean. */
export function nearest(name: string, names: readonly string[], maxEdits = 3): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(maxEdits, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    // Each letter that one has more is an edit.
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editDistance(name, candidate);
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** How many letters to insert, delete or replace (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[to.length]!;
}
