import { telemetry } from '../telemetry';

/** Those of W3C; `tracestate` says nothing without the first. */
const carriers = ['traceparent', 'baggage'];

/** Whether no other propagator reads headers: some know families of names (`uberctx-…`). */
let isW3cAlone: boolean | undefined;

/**
 * Whether a request surely brings no context: told by its names as they came, since Node makes `headers` of them when it is first asked for it, and the
 * program may never ask.
 * @param rawHeaders - names and values in turn; missing where there are none such.
 */
export function bringNoContext(rawHeaders: readonly string[] | undefined): boolean {
  isW3cAlone ??= telemetry.propagator
    .fields()
    .every((field) => field === 'tracestate' || carriers.includes(field));
  if (rawHeaders === undefined || !isW3cAlone) return false;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isCarrier(rawHeaders[index]!)) return false;
  return true;
}

function isCarrier(name: string): boolean {
  for (const carrier of carriers)
    if (name.length === carrier.length && name.toLowerCase() === carrier) return true;
  return false;
}
