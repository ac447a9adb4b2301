/** What a name would be that comes next. */
export enum Expected {
  nothing,
  /** Of a list: what `FROM`, `JOIN`, `INTO`, `USING` or a comma names. */
  source,
  /** What the operation itself names. */
  target,
  /** `TABLE`, `INDEX`, ... or the target itself. */
  objectType,
}

/** What a pair of parentheses, or the statement itself, has shown so far: bits. */
export enum Level {
  /** `FROM` names targets here: it is not that of `EXTRACT(year FROM ts)`. */
  hasFrom = 1,
  /** A comma is followed by another target. */
  inTargets = 2,
  hasUsing = 4,
  hasInto = 8,
}

/** Operations, and after which words their targets follow. */
export const operationLevel: Record<string, number> = {
  SELECT: Level.hasFrom | Level.hasInto,
  INSERT: Level.hasInto,
  REPLACE: Level.hasInto,
  MERGE: Level.hasInto | Level.hasUsing,
  UPDATE: Level.hasFrom | Level.inTargets,
  DELETE: Level.hasFrom | Level.hasUsing,
  DROP: Level.inTargets,
  TRUNCATE: Level.inTargets,
  LOCK: Level.inTargets,
};

/** Operations that are followed by their target, perhaps with its type before it. */
export const takesTarget = words('INSERT REPLACE UPDATE DELETE CALL EXEC EXECUTE COPY USE DESCRIBE');
/** Operations that are followed by the type of their target. */
export const takesObjectType = words(
  'CREATE ALTER DROP TRUNCATE LOCK REFRESH REINDEX VACUUM ANALYZE START COMMENT RENAME',
);
/** Types of targets. */
export const objectTypes = words(
  'TABLE VIEW INDEX SEQUENCE SCHEMA DATABASE FUNCTION PROCEDURE TRIGGER TYPE EXTENSION ROLE USER DOMAIN POLICY TRANSACTION',
);

/** What may stand before the expected name. */
export const modifiers: Record<Expected, ReadonlySet<string>> = {
  [Expected.nothing]: words(),
  [Expected.source]: words('LATERAL ONLY TABLE'),
  [Expected.target]: words(
    'ABORT CONCURRENTLY DELAYED EXISTS FAIL HIGH_PRIORITY IF IGNORE LOW_PRIORITY NOT ON ONLY OR OVERWRITE QUICK REPLACE ROLLBACK',
  ),
  [Expected.objectType]: words(
    'ANALYZE CLUSTERED CONCURRENTLY EXTERNAL FOREIGN FULL FULLTEXT GLOBAL LOCAL MATERIALIZED NONCLUSTERED ON OR RECURSIVE',
    'REPLACE SPATIAL TEMP TEMPORARY UNIQUE UNLOGGED VERBOSE VIRTUAL',
  ),
};

/** Ends a list of targets. */
export const endsTargets = words(
  'WHERE SET GROUP ORDER HAVING LIMIT UNION INTERSECT EXCEPT WINDOW FETCH OFFSET FOR RETURNING VALUES QUALIFY',
);
/** After these a data-changing keyword begins a statement; elsewhere it is part of one, like `FOR UPDATE`. */
export const beforeNested = words('( ) EXPLAIN ANALYZE VERBOSE AS BEGIN ELSE');
/** What changes data, also inside another statement. */
export const nestedOperations = words('INSERT UPDATE DELETE MERGE');

const keywords = [
  ...Object.keys(operationLevel),
  ...[takesTarget, takesObjectType, objectTypes, endsTargets, beforeNested, nestedOperations].flatMap(
    (set) => [...set],
  ),
  ...Object.values(modifiers).flatMap((set) => [...set]),
  ...words('FROM JOIN STRAIGHT_JOIN INTO USING DISTINCT'),
];
/** By the low bits of the first letter, a bit for every length of a keyword. */
const keywordLengths = new Uint32Array(32);
for (const keyword of keywords) keywordLengths[keyword.charCodeAt(0) & 0x1f]! |= 1 << keyword.length;

/**
 * Whether a set here may have the word: most words are in none and need not become a string.
 *
 * @param firstLetter its code, in any case
 * @param length of the word
 */
export function mayBeKeyword(firstLetter: number, length: number): boolean {
  return length < 32 && ((keywordLengths[firstLetter & 0x1f]! >>> length) & 1) === 1;
}

function words(...lines: string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}
