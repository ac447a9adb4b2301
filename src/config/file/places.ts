import { nearest } from '../nearest';
import { general } from '../settings/general';
import { instrumentations } from '../settings/instrumentations';
import { logs } from '../settings/logs';
import { metrics } from '../settings/metrics';
import { node } from '../settings/node';
import type { DeclaresOptions } from '../settings/options';
import { traces } from '../settings/traces';
import { tellConventions } from './conventions';
import type { Path, Tree } from './read-config-file';
import type { OpenFile, Variables } from './variables';

/** Settings that are one value in the file, at a place that the schema gives them. */
const places: readonly (readonly [path: string, variable: string])[] = [
  ['disabled', general.sdkDisabled.name],
  ['attribute_limits.attribute_count_limit', general.attributeCount.name],
  ['attribute_limits.attribute_value_length_limit', general.attributeValueLength.name],
  ['tracer_provider.limits.attribute_count_limit', traces.spanAttributeCount.name],
  ['tracer_provider.limits.attribute_value_length_limit', traces.spanAttributeValueLength.name],
  ['tracer_provider.limits.event_count_limit', traces.spanEventCount.name],
  ['tracer_provider.limits.link_count_limit', traces.spanLinkCount.name],
  ['tracer_provider.limits.event_attribute_count_limit', traces.eventAttributeCount.name],
  ['tracer_provider.limits.link_attribute_count_limit', traces.linkAttributeCount.name],
  ['meter_provider.exemplar_filter', metrics.exemplarFilter.name],
  ['logger_provider.limits.attribute_count_limit', logs.logAttributeCount.name],
  ['logger_provider.limits.attribute_value_length_limit', logs.logAttributeValueLength.name],
  // The later one counts.
  ['instrumentation/development.general.http.client.known_methods', instrumentations.httpKnownMethods.name],
  ['instrumentation/development.general.http.server.known_methods', instrumentations.httpKnownMethods.name],
  [
    'instrumentation/development.general.http.server.request_captured_headers',
    instrumentations.serverRequestHeaders.name,
  ],
  [
    'instrumentation/development.general.http.server.response_captured_headers',
    instrumentations.serverResponseHeaders.name,
  ],
  [
    'instrumentation/development.general.http.client.request_captured_headers',
    instrumentations.clientRequestHeaders.name,
  ],
  [
    'instrumentation/development.general.http.client.response_captured_headers',
    instrumentations.clientResponseHeaders.name,
  ],
  [
    'instrumentation/development.general.sanitization.url.sensitive_query_parameters',
    instrumentations.sensitiveQueryParameters.name,
  ],
];

/** Takes over what stands at those places, and below `instrumentation/development.js` and our part of `distribution`. */
export function readPlaces(file: OpenFile, variables: Variables): void {
  const { tree } = file;
  for (const [text, variable] of places) {
    const path = text.split('.');
    const value = path.reduce<any>((each, key) => each?.[key], tree);
    variables.set(variable, value, path);
  }
  readLogLevel(file, variables);
  readInstrumentation(file, variables);
  for (const [name, options] of Object.entries<Tree>(tree.distribution ?? {})) {
    const path = ['distribution', name];
    // Other distributions have their own parts of the same file.
    if (name === distributionName) readByName(file, variables, options, path, 'OTEL_NODE');
  }
}

const distributionName = 'otel-instrument';

/**
 * Where a setting stands in a file; undefined for those that only make up a processor, a reader or a sampler there.
 * @param declared - the instrumentations, whose names may have several words
 */
export function placeOf(variable: string, declared: readonly DeclaresOptions[]): Path | undefined {
  const place = places.find(([, name]) => name === variable)?.[0];
  if (place !== undefined) return place.split('.');
  if (variable === general.logLevel.name) return ['log_level'];
  if (variable === node.resourceDetectors.name) return ['resource', 'detection/development', 'detectors'];
  const owner = declared.find(({ name }) => variable.startsWith(`${variableOf(name)}_`))?.name;
  if (owner !== undefined) {
    const option = variable.slice(variableOf(owner).length + 1);
    return ['instrumentation/development', 'js', owner, option.toLowerCase()];
  }
  const [, group, option] = /^OTEL_(NODE|INSTRUMENTATION_[A-Z0-9]+)_(\w+)$/.exec(variable) ?? [];
  if (group === undefined || option === undefined) return undefined;
  const name = group.replace('INSTRUMENTATION_', '').toLowerCase();
  return ['instrumentation/development', 'js', name, option.toLowerCase()];
}

/** Every place of a setting below `instrumentation/development`. */
export function instrumentationPlaces(variable: string, declared: readonly DeclaresOptions[]): Path[] {
  const named = places.filter(([, name]) => name === variable).map(([place]) => place.split('.'));
  const all = named.length > 0 ? named : [placeOf(variable, declared) ?? []];
  return all.filter(([first]) => first === 'instrumentation/development');
}

/** Severities of OpenTelemetry to those of `OTEL_LOG_LEVEL`: the number behind one says how fine it is. */
function readLogLevel({ tree }: OpenFile, variables: Variables): void {
  const severity = (tree.log_level as string | null | undefined)?.replace(/\d$/, '');
  const level = severity === 'trace' ? 'verbose' : severity === 'fatal' ? 'none' : severity;
  variables.set(general.logLevel.name, level, ['log_level']);
}

function readInstrumentation(file: OpenFile, variables: Variables): void {
  const key = 'instrumentation/development';
  const { general: shared, js } = file.tree[key] ?? {};
  tellConventions(file, shared, [key, 'general']);
  tellMethods(file, shared?.http, [key, 'general', 'http']);
  const disabled: string[] = [];
  for (const [name, options] of Object.entries<Record<string, unknown>>(js ?? {})) {
    const path = [key, 'js', name];
    const { enabled, ...rest } = options;
    const isOwnSetting = file.isVariable(`${variableOf(name)}_ENABLED`);
    // That there is no such instrumentation is told of the list.
    if (enabled === false && !isOwnSetting) disabled.push(name);
    if (enabled === true && !isOwnSetting)
      file.unsupported([...path, 'enabled'], nearInstrumentation(file, name));
    const prefix = name === 'node' ? 'OTEL_NODE' : variableOf(name);
    readByName(file, variables, isOwnSetting ? options : rest, path, prefix);
  }
  if (disabled.length > 0) {
    const variable = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS';
    const all = [js?.node?.disabled_instrumentations ?? [], ...disabled].flat();
    variables.set(variable, all, [key, 'js', disabled[0]!, 'enabled']);
  }
}

/** Servers and clients have one list here, which is nothing new to those who give both the same. */
function tellMethods(file: OpenFile, http: Tree | undefined, path: Path): void {
  const [server, client] = [http?.server?.known_methods, http?.client?.known_methods];
  if (String(server) === String(client)) return;
  const place = file.place([...path, server ? 'server' : 'client', 'known_methods']);
  file.complaints.push(`${place}: servers and clients have one list of methods; using this one for both`);
}

/**
 * Each setting that is named after Node.js or an instrumentation has its place by its name: `OTEL_INSTRUMENTATION_PG_SOME_OPTION` is
 * `js.pg.some_option`, `OTEL_NODE_EXIT_TIMEOUT` is `js.node.exit_timeout`.
 */
function readByName(
  file: OpenFile,
  variables: Variables,
  options: Readonly<Record<string, unknown>> | null | undefined,
  path: Path,
  prefix: string,
): void {
  for (const [key, value] of Object.entries(options ?? {})) {
    const variable = `${prefix}_${upperCase(key)}`;
    const place = [...path, key];
    if (file.isVariable(variable)) variables.set(variable, value, place);
    else if (isMapping(value)) readByName(file, variables, value, place, variable);
    else if (value !== null) file.unsupported(place, hint(file, variable, prefix));
  }
}

function nearInstrumentation({ settings }: OpenFile, name: string): string {
  const known = settings.flatMap((each) => /^OTEL_INSTRUMENTATION_(\w+)_ENABLED$/.exec(each.name)?.[1] ?? []);
  const near = nearest(upperCase(name), known);
  return near === undefined ? '' : `did you mean ${near.toLowerCase().replaceAll('_', '-')}?`;
}

function hint({ settings }: OpenFile, variable: string, prefix: string): string {
  const siblings = settings.map(({ name }) => name).filter((name) => name.startsWith(`${prefix}_`));
  const near = nearest(variable, siblings);
  return near === undefined ? '' : `did you mean ${near.slice(prefix.length + 1).toLowerCase()}?`;
}

function variableOf(name: string): string {
  return `OTEL_INSTRUMENTATION_${upperCase(name)}`;
}

function upperCase(key: string): string {
  return key.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
