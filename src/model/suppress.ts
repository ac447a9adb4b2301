let depth = 0;

/** Calls `fn` so that nothing it does synchronously is traced: our own requests go through patched and published APIs too. */
export function suppressed<R>(fn: () => R): R {
  depth++;
  try {
    return fn();
  } finally {
    depth--;
  }
}

/** Whether the running call is one of ours. */
export function isSuppressed(): boolean {
  return depth > 0;
}
