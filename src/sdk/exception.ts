/** `exception.*` of the semantic conventions. */
export interface ExceptionAttributes {
  'exception.type'?: string;
  'exception.message'?: string;
  'exception.stacktrace'?: string;
}

/**
 * What is known of an exception (semantic conventions, "Exceptions"). The type is the error's code where it has one, as in other JavaScript SDKs,
 * else its name.
 * @returns `undefined` if there is neither a type nor a message, one of which is required, or if reading them throws.
 */
export function exceptionAttributes(exception: unknown): ExceptionAttributes | undefined {
  try {
    return readException(exception);
  } catch {
    return undefined;
  }
}

/** Anything can be thrown: also what has getters that throw, or no text. */
function readException(exception: unknown): ExceptionAttributes | undefined {
  const { code, name, message, stack } = Object(
    typeof exception === 'string' ? { message: exception } : exception,
  ) as { code?: unknown; name?: unknown; message?: unknown; stack?: unknown };
  const type = code || name;
  if (!type && !message) return undefined;
  return {
    ...(type ? { 'exception.type': String(type) } : undefined),
    ...(message ? { 'exception.message': String(message) } : undefined),
    ...(stack ? { 'exception.stacktrace': String(stack) } : undefined),
  };
}
