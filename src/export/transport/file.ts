import type { Signal } from '../otlp/json-fields';
import { requestAsJson } from '../otlp/json-request';
import type { Outcome, Transport } from '../outcome';
import { stoppedReading, writeToStdout } from '../stdout';

/**
 * Appends each request as one line of JSON to a file, or to standard output (OpenTelemetry Protocol File Exporter, "JSON lines file"). The file is
 * opened for each line, so that it may be moved away at any time. Writing is synchronous: it takes less than handing the line to a thread.
 *
 * @param path - missing means standard output
 */
export function createFileTransport(signal: Signal, path: string | undefined): Transport {
  return {
    send(body, _timeoutMillis, done) {
      done(write(body));
      return { hasLeft: () => true };
    },
    sendSync: write,
    shutdown: () => {},
  };

  function write(body: Uint8Array, budgetMillis?: number): Outcome {
    const { appendFileSync } = require('node:fs') as typeof import('node:fs');
    const line = Buffer.from(`${requestAsJson(signal, body)}\n`);
    try {
      if (path === undefined) return print(line, budgetMillis);
      appendFileSync(path, line);
      return { kind: 'success' };
    } catch (error) {
      return { kind: 'failure', reason: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
    }
  }
}

/** Of a part, the rest may still come: it is not to be written again. */
function print(line: Uint8Array, budgetMillis?: number): Outcome {
  switch (writeToStdout(line, budgetMillis)) {
    case 'whole':
      return { kind: 'success' };
    case 'part':
      return { kind: 'failure', reason: stoppedReading, isUnanswered: true };
    case 'nothing':
      return { kind: 'retryable', reason: stoppedReading };
  }
}
