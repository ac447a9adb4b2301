/** No Redis or module command is near that long. */
export const MAX_REDIS_OPERATION_CHARS = 64;

const UNKNOWN_OPERATION = '_OTHER';

/**
 * The name of a Redis command for `db.operation.name`, in the case in which the program or its client sent it. Ends at
 * the first character that no command name has, so that an argument put there by mistake stays in the process.
 *
 * @param name what the client calls the command: a string, or a Buffer as raw commands may have
 * @returns `_OTHER` if there is no name
 * @see https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function redisOperationName(name: unknown): string {
  const text = Buffer.isBuffer(name) ? name.toString('latin1', 0, MAX_REDIS_OPERATION_CHARS) : name;
  if (typeof text !== 'string') return UNKNOWN_OPERATION;
  let end = 0;
  while (end < MAX_REDIS_OPERATION_CHARS && isNamePart(text.charCodeAt(end))) end++;
  return end === 0 ? UNKNOWN_OPERATION : text.slice(0, end);
}

/** Letters, digits and what modules use: `JSON.SET`, `FT._LIST`. */
function isNamePart(code: number): boolean {
  const lowerCase = code | 0x20;
  return (
    (lowerCase >= 0x61 && lowerCase <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x2d
  );
}
