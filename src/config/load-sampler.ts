import { endpoint, integer, MAX_TIMER_MILLIS, ratio, unexpected } from './parsers';
import type { SettingReader } from './read-env';
import type { JaegerRemoteConfig, KeepConfig, SamplerConfig, XrayConfig } from './sampler-config';
import { settings } from './settings';

const standard: SamplerConfig = { kind: 'parent_based', root: { kind: 'always_on' } };
const defaultTracesPerSecond = 10;

/** The sampler that `OTEL_TRACES_SAMPLER` names, with its `OTEL_TRACES_SAMPLER_ARG`. */
export function readSampler(reader: SettingReader): SamplerConfig {
  const name = reader.read(settings.sampler);
  if (name === 'rules') return readRules(reader);
  const rootName = name.replace('parentbased_', '');
  const root = readRoot(reader, rootName);
  if (rootName === name) return root;
  // Hands on the parent's threshold, where it has one.
  if (root.kind === 'probability') return { kind: 'composite', sampler: { kind: 'parent_threshold', root } };
  return { kind: 'parent_based', root };
}

/** The argument belongs to the sampler that is named: without one, or for another kind, it is not looked at. */
function readRoot(reader: SettingReader, name: string): SamplerConfig {
  switch (name) {
    case 'traceidratio':
      return { kind: 'trace_id_ratio', ratio: readRatio(reader) };
    case 'probability': {
      const share = readRatio(reader);
      return share === 0 ? { kind: 'always_off' } : { kind: 'probability', ratio: share };
    }
    case 'ratelimiting':
      return { kind: 'rate_limiting', tracesPerSecond: readTracesPerSecond(reader) };
    case 'jaeger_remote':
      return readJaegerRemote(reader);
    case 'xray':
      // Its rules are for the requests that come in, not for what they cause.
      return { kind: 'parent_based', root: readXray(reader) };
    default:
      return { kind: name as 'always_on' | 'always_off' };
  }
}

function readRatio({ read, complain }: SettingReader): number {
  const { value = 1, problem } = ratio.parse(read(settings.samplerArgument) ?? '1');
  if (problem !== undefined) complain(settings.samplerArgument, problem, value);
  return value;
}

function readTracesPerSecond({ read, complain }: SettingReader): number {
  const text = read(settings.samplerArgument);
  if (text === undefined) return defaultTracesPerSecond;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  complain(settings.samplerArgument, unexpected('traces a second', text), defaultTracesPerSecond);
  return defaultTracesPerSecond;
}

function readRules({ read, complain }: SettingReader): SamplerConfig {
  const { parseSamplingRules } = require('./sampling-rules') as typeof import('./sampling-rules');
  const { rules, problems } = parseSamplingRules(read(settings.samplerArgument) ?? '');
  const used = rules.length > 0 ? 'the other rules' : settings.sampler.fallback;
  for (const problem of problems) complain(settings.samplerArgument, problem, used);
  return rules.length > 0 ? { kind: 'rules', rules, otherwise: standard } : standard;
}

function readJaegerRemote(reader: SettingReader): JaegerRemoteConfig {
  const fields = readFields(reader, ['endpoint', 'pollingIntervalMs', 'initialSamplingRate']);
  return {
    kind: 'jaeger_remote',
    endpoint: fields('endpoint', endpoint, 'http://localhost:5778/sampling'),
    pollingIntervalMillis: fields('pollingIntervalMs', interval, 60_000),
    initial: { kind: 'trace_id_ratio', ratio: fields('initialSamplingRate', ratio, 0.001) },
  };
}

function readXray(reader: SettingReader): XrayConfig {
  const fields = readFields(reader, ['endpoint', 'pollingIntervalMs']);
  return {
    kind: 'xray',
    endpoint: fields('endpoint', endpoint, 'http://localhost:2000/'),
    pollingIntervalMillis: fields('pollingIntervalMs', interval, 300_000),
  };
}

const interval = integer(1, MAX_TIMER_MILLIS);

type Field = <T>(
  name: string,
  parser: { parse(text: string): { value?: T; problem?: string } },
  fallback: T,
) => T;

/** Reads `name=value,name=value`; what is wrong is told field by field. */
function readFields({ read, complain }: SettingReader, names: readonly string[]): Field {
  const found = new Map<string, string>();
  for (const pair of (read(settings.samplerArgument) ?? '').split(',')) {
    if (pair.trim() === '') continue;
    const [name = '', ...value] = pair.split('=');
    if (names.includes(name.trim())) found.set(name.trim(), value.join('=').trim());
    else complain(settings.samplerArgument, unexpected(`${names.join('=, ')}=`, pair.trim()), 'the others');
  }
  return (name, parser, fallback) => {
    const text = found.get(name);
    if (!text) return fallback;
    const { value = fallback, problem } = parser.parse(text);
    if (problem !== undefined) complain(settings.samplerArgument, `${name}: ${problem}`, value);
    return value;
  };
}

/** `OTEL_NODE_KEEP_*`; undefined if nothing is to be kept. */
export function readKeep({ read }: SettingReader): KeepConfig | undefined {
  const onError = read(settings.keepOnError);
  const slowMillis = read(settings.keepSlow);
  if (!onError && slowMillis === undefined) return undefined;
  return { onError, slowMillis, maxBytes: read(settings.keepMaxBytes) };
}
