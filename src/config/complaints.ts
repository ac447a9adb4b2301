import type { Config, OtlpConfig } from './config';
import { unexpected } from './parsers';
import { allSettings, otlpSignals, settings } from './settings';
import { type DeclaresOptions, optionSettings } from './settings/options';

/**
 * What no parser of a single value sees: names of variables that there are not, and values that are fine by themselves but not together. A line for
 * each, as of the reader: the variable, what was found, what is used. A configuration that works gives none.
 *
 * Runs at every start: what only a mistake needs is loaded when there is one.
 */
export function findComplaints(
  env: NodeJS.ProcessEnv,
  config: Config,
  declared: readonly DeclaresOptions[],
): string[] {
  if (config.sdkDisabled) return complainAboutVariables(env, declared);
  return [
    ...complainAboutVariables(env, declared),
    ...complainAboutSampler(env),
    ...complainAboutEndpoints(env, config),
  ];
}

function complainAboutVariables(env: NodeJS.ProcessEnv, declared: readonly DeclaresOptions[]): string[] {
  const found = Object.keys(env).filter((name) => name.startsWith('OTEL_') && env[name]?.trim());
  const unknown = found.filter((name) => !known.has(name) && !isForeign(name, env[name]!));
  const lines = found.filter((name) => isQuoted(env[name]!.trim())).flatMap(complainAboutQuotes);
  if (unknown.length === 0) return lines;

  const options = optionSettings(declared).map(({ name }) => name);
  const misspelt = unknown.filter((name) => !options.includes(name));
  if (misspelt.length === 0) return lines;
  const { meantVariable } = require('./complaints-names') as typeof import('./complaints-names');
  const names = [...known, ...options];
  const isSet = (name: string) => found.includes(name);
  for (const name of misspelt) {
    const meant = meantVariable(name, names, isSet);
    if (meant !== undefined)
      lines.push(
        `${name}: expected the name of a setting, got an unknown one; ignoring it; did you mean ${meant}?`,
      );
  }
  return lines;

  function complainAboutQuotes(name: string): string[] {
    const parsed = allSettings.find((setting) => setting.name === name)?.parser.parse(env[name]!.trim());
    // What is not accepted is told already. The value is not repeated: it may be a secret.
    if (parsed === undefined || parsed.problem !== undefined) return [];
    return [`${name}: expected a value without quotes, got one in quotes; using it as it is`];
  }
}

const known: ReadonlySet<string> = new Set(
  allSettings.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
);

/**
 * Variables for others: settings of other languages' agents; what the operator for Kubernetes sets to build on; and what Kubernetes sets for a service
 * that is called `otel-...` (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
function isForeign(name: string, value: string): boolean {
  return (
    otherAgents.test(name) || serviceLink.test(name) || (name.endsWith('_PORT') && /^\w+:\/\//.test(value))
  );
}
const otherAgents =
  /^OTEL_(?:(?:PYTHON|JAVA|JAVAAGENT|JMX|DOTNET|GO|PHP|RUBY|RUST|CPP|SWIFT|ERLANG|ELIXIR|LAMBDA|RESOURCE_ATTRIBUTES)_|(?:POD|NODE)_IP$)/;
const serviceLink =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/** `docker --env-file` and Kubernetes keep the quotes that a shell takes away. */
function isQuoted(value: string): boolean {
  return value.length > 1 && (value[0] === '"' || value[0] === "'") && value.endsWith(value[0]);
}

function complainAboutSampler(env: NodeJS.ProcessEnv): string[] {
  const argument = env[settings.samplerArgument.name]?.trim();
  if (!argument) return [];
  const { name, parser, fallback } = settings.sampler;
  const text = env[name]?.trim();
  const sampler = text ? parser.parse(text).value : fallback;
  if (sampler === undefined || !withoutArgument.test(sampler)) return [];
  const found = text ? `${name}=${sampler}` : `no ${name}`;
  return [
    `${settings.samplerArgument.name}: expected a sampler that takes an argument, got ${found}; ignoring it`,
  ];
}
const withoutArgument = /^(?:parentbased_)?always_o(?:n|ff)$/;

/** One line a variable, though several signals use it. */
function complainAboutEndpoints(env: NodeJS.ProcessEnv, { traces, metrics, logs }: Config): string[] {
  const lines = new Map<string, string>();
  for (const sender of [...traces.processors, ...metrics.readers, ...logs.processors]) {
    if (!('exporter' in sender) || sender.exporter.kind !== 'otlp') continue;
    const { exporter } = sender;
    for (const line of complainAboutKeys(exporter)) lines.set(line, line);
    const own = otlpSignals[exporter.signal].endpoint;
    const text = env[own.name]?.trim();
    const isOwn = Boolean(text && own.parser.parse(text).value !== undefined);
    const name = isOwn ? own.name : settings.otlpEndpoint.name;
    if (lines.has(name) || !env[name]?.trim()) continue;
    const problem = problemOf(exporter, isOwn);
    if (problem) lines.set(name, `${name}: ${problem}`);
  }
  return [...lines.values()];
}

/** A key says nothing without its certificate, nor that without the key. */
function complainAboutKeys({ tls }: OtlpConfig): string[] {
  const { clientKey, clientCertificate } = tls ?? {};
  const alone = clientKey ?? clientCertificate;
  if (alone === undefined || (clientKey && clientCertificate)) return [];
  const [found, missing] = clientKey ? ['KEY', 'CERTIFICATE'] : ['CERTIFICATE', 'KEY'];
  const other = alone.setting.replace(new RegExp(`${found}$`), missing!);
  return [`${alone.setting}: expected ${other} beside it, got none; the collector is shown no certificate`];
}

function problemOf({ signal, protocol, url, socketPath }: OtlpConfig, isOwn: boolean): string | undefined {
  if (socketPath !== undefined) return undefined;
  const [, origin = '', host = '', port, path = ''] = urlParts.exec(url) ?? [];
  const shown = `${origin}//${host}${port ? `:${port}` : ''}${path}`;
  if (protocol === 'grpc') {
    return port === '4318'
      ? `port 4318 is usually that of OTLP over HTTP, but the protocol is grpc; using it; did you mean port 4317, or ${protocolOf(signal, isOwn)}=http/protobuf?`
      : undefined;
  }
  if (port === '4317')
    return `port 4317 is usually that of gRPC, but the protocol is ${protocol}; using it; did you mean port 4318, or ${protocolOf(signal, isOwn)}=grpc?`;
  if (!isOwn && signalPath.test(path.slice(0, -`/v1/${signal}`.length)))
    return `expected a base, to which /v1/${signal} is appended, got one that ends with a signal's path; using ${shown}`;
  if (isOwn && path.length <= 1)
    return `${unexpected('a URL with a path', shown)}; using it; did you mean ${shown.replace(/\/$/, '')}/v1/${signal}?`;
  return undefined;
}

/** Scheme, host without credentials, port, path; with neither query nor fragment. */
const urlParts = /^(\w+:)\/\/(?:[^/?#]*@)?([^/?#]*?)(?::(\d+))?(\/[^?#]*)?(?:[?#]|$)/;
const signalPath = /\/v1\/(?:traces|metrics|logs)\/?$/;

function protocolOf(signal: OtlpConfig['signal'], isOwn: boolean): string {
  return (isOwn ? otlpSignals[signal].protocol : settings.otlpProtocol).name;
}
