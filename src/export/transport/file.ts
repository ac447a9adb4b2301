import { monotonicMillis } from '../../model/clock';
import { blockFor } from '../../model/timers';
import type { Signal } from '../otlp/json-fields';
import { requestAsJson } from '../otlp/json-request';
import type { Outcome, Transport } from '../outcome';

/** A reader of standard output that takes nothing for so long holds the program up no longer. */
const maxBlockMillis = 500;

/**
 * Appends each request as one line of JSON to a file, or to standard output (OpenTelemetry Protocol File Exporter, "JSON lines file"). The file is
 * opened for each line, so that it may be moved away at any time. Writing is synchronous: it takes less than handing the line to a thread.
 *
 * @param path - missing means standard output
 */
export function createFileTransport(signal: Signal, path: string | undefined): Transport {
  return {
    send(body, _timeoutMillis, done) {
      done(write(body, maxBlockMillis));
      return { hasLeft: () => true };
    },
    sendSync: write,
    shutdown: () => {},
  };

  function write(body: Uint8Array, budgetMillis: number): Outcome {
    const { appendFileSync } = require('node:fs') as typeof import('node:fs');
    const line = Buffer.from(`${requestAsJson(signal, body)}\n`);
    try {
      if (path === undefined) writeToStdout(line, budgetMillis);
      else appendFileSync(path, line);
      return { kind: 'success' };
    } catch (error) {
      return { kind: 'failure', reason: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
    }
  }
}

/** A pipe may take part of a line, or nothing for now. */
function writeToStdout(line: Buffer, budgetMillis: number): void {
  const { writeSync } = require('node:fs') as typeof import('node:fs');
  const deadline = monotonicMillis() + budgetMillis;
  for (let written = 0; written < line.length; ) {
    try {
      written += writeSync(1, line, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // What has begun must end, or the next line would be torn as well.
      if (code !== 'EAGAIN' || (written === 0 && monotonicMillis() >= deadline)) throw error;
      blockFor(1);
    }
  }
}
