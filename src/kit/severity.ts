/** The first of four severity numbers each (OpenTelemetry logs data model, "Field: SeverityNumber"). */
const [trace, debug, info, warn, error, fatal] = [1, 5, 9, 13, 17, 21] as const;

/** Levels of loggers and of syslog (the data model's appendix B maps the latter) by their usual names. */
const byName: Readonly<Record<string, number>> = {
  silly: trace,
  trace,
  input: trace + 1,
  verbose: debug + 2,
  debug,
  http: debug + 3,
  prompt: debug + 1,
  info,
  information: info,
  log: info,
  mark: info,
  data: info,
  help: info,
  notice: info + 1,
  warn,
  warning: warn,
  error,
  err: error,
  crit: error + 1,
  critical: error + 1,
  alert: error + 2,
  emerg: fatal,
  emergency: fatal,
  fatal,
};

/** Longer than any name here. */
const MAX_NAME_CHARS = 32;

/** The severity of a level by its name, in any case; `undefined` for a name of the program's own. */
export function severityOfName(name: unknown): number | undefined {
  if (typeof name !== 'string' || name.length > MAX_NAME_CHARS) return undefined;
  const key = name.toLowerCase();
  return Object.hasOwn(byName, key) ? byName[key] : undefined;
}

/**
 * The severity of a numeric level. Levels between two standard ones take the numbers between theirs.
 * @param standard - the logger's numbers for trace, debug, info, warn, error and fatal.
 */
export function severityOfNumber(level: number, standard: readonly number[]): number {
  if (!(level >= standard[0]!)) return trace;
  const rank = standard.filter((number) => level >= number).length - 1;
  const from = standard[rank]!;
  const to = standard[rank + 1] ?? from + (from - standard[rank - 1]!);
  const quarter = Math.min(3, Math.floor(((level - from) / (to - from)) * 4));
  return trace + rank * 4 + quarter;
}
