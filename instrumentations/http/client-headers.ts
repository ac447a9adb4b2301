import type { ClientRequest } from 'node:http';

/** The parts of {@link ClientRequest} that Node keeps to itself: the head as text, once it is built, and what waits to be sent. */
interface RequestInternals {
  _header: string | null;
  _headerSent: boolean;
  outputData?: { data: unknown }[];
  outputSize: number;
}

/**
 * A header of a request. Headers given as an array, or together with `Expect`, Node turns into text at once: they are then found there.
 * @param name - in lower case.
 */
export function findHeader(request: ClientRequest, name: string): string | undefined {
  const set = request.getHeader(name);
  if (set !== undefined) return String(set);
  const head = (request as unknown as RequestInternals)._header;
  if (!head) return undefined;
  const start = head.toLowerCase().indexOf(`\r\n${name}:`);
  return start < 0 ? undefined : head.slice(start + name.length + 3, head.indexOf('\r\n', start + 2)).trim();
}

/** Adds a header, if need be to the text of a head that waits for its connection. One that is on its way stays as it is. */
export function setHeader(request: ClientRequest, name: string, value: string): void {
  const internals = request as unknown as RequestInternals;
  const head = internals._header;
  if (!head) {
    request.setHeader(name, value);
    return;
  }
  if (!head.endsWith('\r\n\r\n')) return;
  const extended = `${head.slice(0, -2)}${name}: ${value}\r\n\r\n`;
  if (internals._headerSent) {
    const queued = internals.outputData?.[0];
    if (typeof queued?.data !== 'string' || !queued.data.startsWith(head)) return;
    queued.data = extended + queued.data.slice(head.length);
    internals.outputSize += extended.length - head.length;
  }
  internals._header = extended;
}
