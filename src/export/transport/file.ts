import type { Signal } from '../otlp/json-fields';
import { requestAsJson } from '../otlp/json-request';
import type { Outcome, Transport } from '../outcome';
import { maxBlockMillis, writeToStdout } from '../stdout';

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
