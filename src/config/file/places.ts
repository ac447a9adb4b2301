import { nearest } from '../nearest';
import { general } from '../settings/general';
import { instrumentations } from '../settings/instrumentations';
import { logs } from '../settings/logs';
import { metrics } from '../settings/metrics';
import { node } from '../settings/node';
import type { DeclaresOptions } from '../settings/options';
import { traces } from '../settings/traces';
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
  ['instrumentation/development.general.http.server.known_methods', instrumentations.httpKnownMethods.name],
  ['instrumentation/development.general.http.client.known_methods', instrumentations.httpKnownMethods.name],
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
    if (Array.isArray(value) && value.length === 0) file.unsupported(path, 'an empty list');
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
  readConventions(file, shared, [key, 'general']);
  const disabled: string[] = [];
  for (const [name, options] of Object.entries<Record<string, unknown>>(js ?? {})) {
    const path = [key, 'js', name];
    const { enabled, ...rest } = options;
    const isOwnSetting = file.isVariable(`${variableOf(name)}_ENABLED`);
    if (enabled === false && !isOwnSetting) disabled.push(name);
    const prefix = name === 'node' ? 'OTEL_NODE' : variableOf(name);
    readByName(file, variables, isOwnSetting ? options : rest, path, prefix);
  }
  if (disabled.length > 0) {
    const variable = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS';
    const all = [js?.node?.disabled_instrumentations ?? [], ...disabled].flat();
    variables.set(variable, all, [key, 'js', disabled[0]!, 'enabled']);
  }
}

/** Only the stable conventions exist here: asking for them is fine, anything else is not supported. */
function readConventions(file: OpenFile, shared: Record<string, any> | undefined, path: Path): void {
  for (const [domain, options] of Object.entries(shared ?? {})) {
    if (domain === 'stability_opt_in_list') {
      if (options) file.unsupported([...path, domain], 'the stable conventions are always used');
      continue;
    }
    const { version, experimental, dual_emit } = options?.semconv ?? {};
    if ((version ?? 1) !== 1 || experimental || dual_emit)
      file.unsupported([...path, domain, 'semconv'], 'the stable conventions are always used');
  }
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
