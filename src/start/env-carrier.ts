import type { TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { Config } from '../config/config';
import { environment } from '../config/environment';
import { hookChildProcesses } from '../hook/child-processes';
import { rootContext } from '../sdk/context/context';
import { activeContext, setOutermostContext } from '../sdk/context/context-manager';
import { parentOf, spanKey } from '../sdk/trace/context-keys';

/** What propagators call the identity of a span, and the baggage. */
const variables = [
  'TRACEPARENT',
  'BAGGAGE',
  'B3',
  'X_B3_TRACEID',
  'UBER_TRACE_ID',
  'OT_TRACER_TRACEID',
  'X_AMZN_TRACE_ID',
];

/**
 * Context that comes by the variables of this process (`OTEL_NODE_ENV_CARRIER`): its span becomes the parent of what begins in here, its baggage is
 * that of all that no caller from outside is behind.
 */
export function continueProcessTrace(
  provider: TracerProvider,
  { envCarrier }: Config,
  propagator: TextMapPropagator,
): TracerProvider {
  if (!envCarrier.includes('in') || !variables.some((name) => environment()[name])) return provider;
  const context = requireCarrier().extractFromEnvironment(propagator, environment(), rootContext);
  if (context === rootContext) return provider;
  setOutermostContext(context.deleteValue(spanKey));
  const parent = parentOf(context);
  if (parent === undefined) return provider;
  const { withProcessParent } =
    require('../sdk/trace/process-parent') as typeof import('../sdk/trace/process-parent');
  return withProcessParent(provider, parent);
}

/** What the processes that are started here get with their variables: an id of their own, and the context, if they are started inside a span. */
export function prepareChildren(
  { envCarrier }: Config,
  propagator: TextMapPropagator,
  isQuiet: () => boolean,
): void {
  const handsOut = envCarrier.includes('out');
  hookChildProcesses((variables) => {
    withoutInstanceId(variables, environment());
    const context = activeContext();
    if (!handsOut || isQuiet() || parentOf(context) === undefined) return;
    requireCarrier().injectIntoEnvironment(propagator, context, variables, environment());
  });
}

function requireCarrier() {
  return require('../sdk/propagation/environment') as typeof import('../sdk/propagation/environment');
}

const attributesVariable = 'OTEL_RESOURCE_ATTRIBUTES';
const instanceIdPair = /(^|,)\s*service\.instance\.id\s*=[^,]*/;

/** `service.instance.id` names one process: with the variable of its parent a child would have the parent's. */
function withoutInstanceId(variables: string[], inherited: Readonly<NodeJS.ProcessEnv>): void {
  const value = inherited[attributesVariable];
  if (value === undefined || !instanceIdPair.test(value)) return;
  const index = variables.indexOf(`${attributesVariable}=${value}`);
  if (index < 0) return;
  variables[index] = `${attributesVariable}=${value.replace(instanceIdPair, '').replace(/^,/, '')}`;
}
