import { statSync } from 'node:fs';
import { nowMillis } from '../../model/clock';
import { random } from '../../model/random';

/** A file as its name tells. Names sort by age. */
export interface SpoolFile {
  readonly name: string;
  readonly signal: string;
  readonly byteLength: number;
  /** `draft`: being written; `claimed`: being sent. */
  readonly state: 'free' | 'draft' | 'claimed';
}

/** Without a sign of life for so long, a process that was writing or sending a file is gone. Pids would not tell: containers share them. */
export const staleMillis = 60_000;

const pattern = /^\d{15}-\d{6}-(\w+)-(\d+)-(\d+)-[0-9a-f]{8}\.otlp(?:\.(draft|claimed)(?:-[0-9a-f]+)?)?$/;
let sequence = 0;

/** A name for a new batch: files sort by it from the oldest to the newest. */
export function nameFor(signal: string, byteLength: number, count: number): string {
  const time = String(Math.floor(nowMillis())).padStart(15, '0');
  const order = String(sequence++ % 1e6).padStart(6, '0');
  return `${time}-${order}-${signal}-${byteLength}-${count}-${unique()}.otlp`;
}

/** Where the file goes that this process sends. */
export function claimedName(name: string): string {
  return `${freeName(name)}.claimed-${unique()}`;
}

/** The name of a file that nobody has claimed. */
export function freeName(name: string): string {
  return name.replace(/\.(draft|claimed).*$/, '');
}

/** @returns undefined for what is not ours. */
export function parseName(name: string): SpoolFile | undefined {
  const [, signal, byteLength, , state = 'free'] = pattern.exec(name) ?? [];
  if (signal === undefined) return undefined;
  return { name, signal, byteLength: Number(byteLength), state: state as SpoolFile['state'] };
}

/** Whether the process that claimed the file has not touched it for long: it is gone. */
export function isStale(path: string): boolean {
  try {
    return nowMillis() - statSync(path).mtimeMs > staleMillis;
  } catch {
    return false; // Gone meanwhile.
  }
}

function unique(): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
