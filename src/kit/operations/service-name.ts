import type { Span } from '@opentelemetry/api';
import { telemetry } from '../telemetry';

/**
 * `server.service.name` of a client's span, where the user named the service behind the host.
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/server/
 */
export function setServiceName(span: Span, address: string | undefined, port: number | undefined): void {
  const { serviceMapping } = telemetry.settings;
  if (serviceMapping === undefined || address === undefined) return;
  const host = address.toLowerCase();
  const name = serviceMapping[`${host}:${port}`] ?? serviceMapping[host];
  if (name !== undefined) span.setAttribute('server.service.name', name);
}
