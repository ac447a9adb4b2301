import type { TextMapPropagator } from '@opentelemetry/api';
import type { Config } from '../config/config';
import type { Telemetry } from '../kit/telemetry';
import { baggageOf, withoutBaggage } from '../sdk/propagation/baggage';
import { compositePropagator } from '../sdk/propagation/composite';
import type { Propagation } from '../sdk/propagation/hosts';
import { w3cBaggage } from '../sdk/propagation/w3c-baggage';
import { w3cTraceContext } from '../sdk/propagation/w3c-trace-context';

/** By the names of `OTEL_PROPAGATORS`; those that are not standard are loaded only if somebody names them. */
const known: Readonly<Record<string, () => TextMapPropagator>> = {
  tracecontext: () => w3cTraceContext,
  baggage: () => w3cBaggage,
  b3: () => (require('../sdk/propagation/b3') as typeof import('../sdk/propagation/b3')).b3,
  b3multi: () => (require('../sdk/propagation/b3') as typeof import('../sdk/propagation/b3')).b3multi,
  jaeger: () => (require('../sdk/propagation/jaeger') as typeof import('../sdk/propagation/jaeger')).jaeger,
  ottrace: () =>
    (require('../sdk/propagation/ottrace') as typeof import('../sdk/propagation/ottrace')).ottrace,
  xray: () => (require('../sdk/propagation/xray') as typeof import('../sdk/propagation/xray')).xray,
};

/** The propagators that the user named, in that order. */
export function createPropagator({ propagators }: Config): TextMapPropagator {
  return compositePropagator([...new Set(propagators)].flatMap((name) => known[name]?.() ?? []));
}

/** What of a context goes to a host (`OTEL_NODE_PROPAGATION_HOSTS`). */
export function createContextPolicy({ propagationHosts }: Config): Telemetry['contextFor'] {
  let byHost: ((host: string) => Propagation) | undefined;
  return (host, context) => {
    const decision = host ? propagationTo(host) : 'all';
    if (decision === 'all') return context;
    if (decision === 'none') return undefined;
    return baggageOf(context) === undefined ? context : withoutBaggage(context);
  };

  function propagationTo(host: string): Propagation {
    if (byHost === undefined) {
      const { propagationByHost } =
        require('../sdk/propagation/hosts') as typeof import('../sdk/propagation/hosts');
      byHost = propagationByHost(propagationHosts);
    }
    return byHost(host);
  }
}
