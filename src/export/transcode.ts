import { messageOf } from '../diag/log';
import type { Outcome, Transport } from './outcome';

/** Changes the form of each request before it is sent: telemetry is encoded as OTLP's protobuf once, when it is recorded. */
export function transcoded(
  transport: Transport,
  transcode: (request: Uint8Array) => Uint8Array | string,
): Transport {
  return {
    ...transport,
    send(body, timeoutMillis, done) {
      const changed = tryTranscode(body);
      if ('kind' in changed) {
        done(changed);
        return { hasLeft: () => false };
      }
      return transport.send(changed, timeoutMillis, done);
    },
    sendSync(body, budgetMillis) {
      const changed = tryTranscode(body);
      return 'kind' in changed ? changed : transport.sendSync(changed, budgetMillis);
    },
  };

  function tryTranscode(body: Uint8Array): Uint8Array | Outcome {
    try {
      const changed = transcode(body);
      return typeof changed === 'string' ? Buffer.from(changed) : changed;
    } catch (error) {
      return { kind: 'failure', reason: `cannot be transcoded, ${messageOf(error)}` };
    }
  }
}
