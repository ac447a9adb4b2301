/**
 * The part of node-semver's ranges that definitions use: alternatives by `||`, each a list of comparators
 * (`>=1.2.3`, `<2.0.0`, `1.2.3`). Prereleases compare as their release.
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((comparator) => matches(parsed, comparator)),
  );
}

/** Whether the version is newer than all that the range admits: a release that came after us. */
export function isNewerThan(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  const bounds = range.match(/<=?\s*\d[\d.]*/g);
  return bounds?.every((bound) => compare(parsed, parseVersion(bound.replace(/[<=\s]/g, ''))) >= 0) ?? false;
}

type Version = readonly [number, number, number];

function parseVersion(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split(/[-+]/, 1)[0]!.split('.').map(Number);
  return [major, minor, patch];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function matches(version: Version, comparator: string): boolean {
  if (comparator === '' || comparator === '*') return true;
  const [, operator, bound] = /^(>=|<=|>|<|=)?(.+)$/.exec(comparator)!;
  const order = compare(version, parseVersion(bound!));
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    default:
      return order === 0;
  }
}

/**
 * Versions of Node.js where `module.registerHooks` may be given a load hook: below, one that passes modules on unchanged loses CommonJS packages and
 * crashes programs with dual packages (nodejs/node#59929).
 */
export const synchronousHooks = '>=22.22.3 <23.0.0 || >=24.11.1 <25.0.0 || >=25.1.0';
