/** Which keys are kept, by patterns in which `*` is any text and `?` any character (configuration schema, "IncludeExclude"). */
export interface KeyPatterns {
  /** Missing means all. */
  readonly included?: readonly string[];
  /** Stronger than `included`. */
  readonly excluded?: readonly string[];
}

/** Compiles the patterns; undefined keeps everything. */
export function includedKeys(patterns: KeyPatterns | undefined): ((key: string) => boolean) | undefined {
  if (patterns === undefined) return undefined;
  const included = patterns.included?.map((pattern) => wildcard(pattern));
  const excluded = patterns.excluded?.map((pattern) => wildcard(pattern)) ?? [];
  return (key) =>
    (included === undefined || included.some((pattern) => pattern.test(key))) &&
    !excluded.some((pattern) => pattern.test(key));
}

/** The expression for a whole text in which `*` stands for any text and `?` for any character. */
export function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `${flags}s`);
}
