import { telemetry } from '../telemetry';

/** Name of a span for a request whose method is not a known one (semantic conventions, "HTTP span name"). */
export const unknownMethodName = 'HTTP';

/** Whether the method is recorded as it is; otherwise it becomes `_OTHER`. Methods are case-sensitive (RFC 9110, 9.1). */
export function isKnownMethod(method: string): boolean {
  return telemetry.settings.knownMethods.has(method);
}

/** Splits `host:port`, `[::1]:port` or `host`. */
export function splitHostPort(authority: string): { host: string; port: number | undefined } {
  const bracket = authority.lastIndexOf(']');
  const colon = authority.lastIndexOf(':');
  const hasPort = colon > bracket && (bracket >= 0 || authority.indexOf(':') === colon);
  const host = hasPort ? authority.slice(0, colon) : authority;
  const port = hasPort ? Number(authority.slice(colon + 1)) : Number.NaN;
  return {
    host: host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
  };
}

/** A header as one string: of a list the first value. */
export function firstHeader(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}
