import { telemetry } from '../telemetry';

/** Connections of a client to one server. */
export interface OpenConnections {
  readonly address: string;
  readonly port: number | undefined;
  /** `1.1`, `2`. */
  readonly protocolVersion: string;
  active: number;
  idle: number;
}

/**
 * Makes `http.client.open_connections`, read whenever metrics are collected
 * (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientopen_connections).
 * @param connections - one each address, port and version.
 */
export function observeOpenConnections(
  instrumentation: string,
  connections: () => Iterable<OpenConnections>,
): void {
  // Of the background: connections that are open at the end of a process are no reason to hold it up.
  telemetry.meter!(instrumentation, true)
    .createObservableUpDownCounter('http.client.open_connections', {
      unit: '{connection}',
      description: 'Number of outbound HTTP connections that are currently active or idle on the client.',
      valueType: integer,
    })
    .addCallback((result) => {
      for (const { address, port, protocolVersion, active, idle } of connections()) {
        const server = {
          'server.address': address,
          ...(port === undefined ? undefined : { 'server.port': port }),
          'network.protocol.version': protocolVersion,
        };
        result.observe(active, { 'http.connection.state': 'active', ...server });
        result.observe(idle, { 'http.connection.state': 'idle', ...server });
      }
    });
}

/** `ValueType.INT` */
const integer = 0;
