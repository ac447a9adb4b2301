/** Levels of `OTEL_LOG_LEVEL`, most severe first. */
const levels = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;
export type LogLevel = (typeof levels)[number];

let threshold = levels.indexOf('info');
const seen = new Set<string>();
const maxRemembered = 1000;

/** Sets from which level on messages are printed. */
export function setLogLevel(level: LogLevel): void {
  threshold = levels.indexOf(level);
}

/** The project's own voice: single lines on standard error and nowhere else. Standard output belongs to the program. */
export const log = {
  error: (message: string) => write('error', message),
  warn: (message: string) => write('warn', message),
  /** For what could be said at every call: the same message is printed once. */
  warnOnce: (message: string) => {
    if (seen.has(message) || seen.size >= maxRemembered) return;
    seen.add(message);
    write('warn', message);
  },
  info: (message: string) => write('info', message),
  debug: (message: string) => write('debug', message),
};

/** What would break the line, or speak to a terminal: messages quote what others sent. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

type Listener = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;
let listener: Listener | undefined;

/** Has every message reported, also those that are not printed. */
export function watchLog(onMessage: Listener): void {
  listener = onMessage;
}

function write(level: 'error' | 'warn' | 'info' | 'debug', message: string): void {
  listener?.(level, message);
  if (levels.indexOf(level) > threshold) return;
  try {
    // Synchronous and without loading the stream behind process.stderr, which would change how the program's own writes behave.
    const { writeSync } = require('node:fs') as typeof import('node:fs');
    writeSync(2, `otel-instrument: ${message.replace(controlCharacters, ' ')}\n`);
  } catch {
    // Standard error is closed or full: there is nobody left to tell.
  }
}

/** The message of anything that can be thrown, on one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
