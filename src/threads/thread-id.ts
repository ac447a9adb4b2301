/** `thread.id` (semantic conventions, "General attributes: thread") tells workers apart: the resource is the process's. */
export const threadIdKey = 'thread.id';
