/**
 * Agents that trace without the OpenTelemetry API, by the package that a program loads: beside them every call would have two spans. SDKs built on the
 * API (`@opentelemetry/sdk-node`, Sentry 8 to 10) are not here, since many packages load them without starting them: they are noticed when they
 * register.
 */
export const agents: ReadonlySet<string> = new Set(['dd-trace', 'newrelic', 'elastic-apm-node']);

/** Agents that no package gives away, since it may come as ES modules, by the global that they set when they start. */
export const agentGlobals: Readonly<Record<string, string>> = {
  // Since version 11, which no longer makes its spans by the API.
  __SENTRY_ORCHESTRION__: '@sentry/node',
};
