/** One thing that was looked at. */
export interface Finding {
  /** A `note` is no fault, but may be the answer to "why do I see nothing of it?". */
  readonly status: 'ok' | 'note' | 'problem';
  /** What was found. */
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
}

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Something is as it should be. */
export function ok(text: string): Finding {
  return { status: 'ok', text };
}

/** Something that may be meant so. */
export function note(text: string, advice?: string): Finding {
  return { status: 'note', text, ...(advice !== undefined && { advice }) };
}

/** Something that keeps telemetry away. @param advice - what to do about it. */
export function problem(text: string, advice?: string): Finding {
  return { status: 'problem', text, ...(advice !== undefined && { advice }) };
}
