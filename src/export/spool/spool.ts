import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import type { SpoolConfig } from '../../config/config';
import { log, messageOf } from '../../diag/log';
import { monotonicMillis } from '../../model/clock';
import type { Sealed } from '../queue';
import { type Claim, claim } from './claim';
import { decodeFile, encodeFile } from './file-format';
import { isStale, nameFor, parseName, type SpoolFile } from './file-name';

/** A directory of batches that could not be delivered. */
export interface Spool {
  /** Writes a batch to a file of its own; `false` if that is not possible. */
  put(batch: Pick<Sealed, 'body' | 'count'>): boolean;
  /** Claims the oldest batch that no other process has claimed. */
  take(): Sealed | undefined;
}

/** After a write that failed, so long nothing is written. */
const restAfterFailureMillis = 30_000;

/**
 * Files in a directory that processes share, also of several containers. A file is written under another name and then renamed, so that nobody reads half
 * of it; to send one, a process renames it to a name of its own. What it does is synchronous: nothing pending can hold the event loop at the end.
 *
 * A full disk or one that cannot be written to costs one line, and the batches are dropped as without a spool.
 */
export function createSpool({ directory: setting, maxBytes, signal }: SpoolConfig): Spool {
  const directory = resolve(setting);
  let failedMillis = Number.NEGATIVE_INFINITY;

  return { put, take };

  function put({ body, count }: Pick<Sealed, 'body' | 'count'>): boolean {
    if (monotonicMillis() - failedMillis < restAfterFailureMillis) return false;
    try {
      fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
      const data = encodeFile(body, count);
      if (data.byteLength > maxBytes) return false;
      makeRoom(data.byteLength);
      const name = nameFor(signal, data.byteLength, count);
      const draft = join(directory, `${name}.draft`);
      try {
        fs.writeFileSync(draft, data, { mode: 0o600, flag: 'wx' });
        fs.renameSync(draft, join(directory, name));
      } catch (error) {
        fs.rmSync(draft, { force: true });
        throw error;
      }
      return true;
    } catch (error) {
      failedMillis = monotonicMillis();
      complain(
        `cannot write to OTEL_NODE_SPOOL_DIRECTORY (${directory}: ${reasonOf(error)}): what is not delivered is dropped`,
      );
      return false;
    }
  }

  /** The oldest files give way. */
  function makeRoom(byteLength: number): void {
    const present = files();
    let total = present.reduce((sum, file) => sum + file.byteLength, byteLength);
    for (const file of present) {
      if (total <= maxBytes) return;
      if (file.state === 'claimed') continue;
      total -= file.byteLength;
      fs.rmSync(join(directory, file.name), { force: true });
      complain(
        `OTEL_NODE_SPOOL_DIRECTORY holds no more than ${maxBytes} bytes: the oldest files are dropped`,
      );
    }
  }

  function take(): Sealed | undefined {
    for (const file of files()) {
      if (file.signal !== signal || (file.state !== 'free' && !isStale(join(directory, file.name)))) continue;
      if (file.state === 'draft') {
        fs.rmSync(join(directory, file.name), { force: true });
        continue;
      }
      const claimed = claim(directory, file.name);
      const batch = claimed && read(claimed);
      if (batch) return { ...batch, file: claimed };
    }
    return undefined;
  }

  function read(file: Claim): { body: Uint8Array; count: number } | undefined {
    try {
      const batch = decodeFile(fs.readFileSync(file.path));
      if (batch) return batch;
      log.warn(`a file in OTEL_NODE_SPOOL_DIRECTORY is damaged and skipped: ${file.path}`);
      file.remove();
    } catch (error) {
      complain(`cannot read from OTEL_NODE_SPOOL_DIRECTORY (${directory}: ${reasonOf(error)})`);
      file.putBack();
    }
    return undefined;
  }

  /** The oldest first. */
  function files(): SpoolFile[] {
    try {
      return fs
        .readdirSync(directory)
        .sort()
        .flatMap((name) => parseName(name) ?? []);
    } catch {
      return [];
    }
  }

  function complain(message: string): void {
    log.warnOnce(message);
  }
}

/** Without the call and the file, which differ from time to time: the same reason is told once, for all signals. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*)?$/, '');
}
