import { nearest } from './nearest';

/**
 * The setting that an unknown variable was probably meant for: at most two letters apart, or with one word more or less, while the right one is not set.
 * `undefined` for a variable of the specification that is not supported here, and for what resembles nothing: a program may have `OTEL_` variables of its own.
 */
export function meantVariable(
  unknown: string,
  names: readonly string[],
  isSet: (name: string) => boolean,
): string | undefined {
  if (ofOthers.test(unknown)) return undefined;
  return nearest(unknown, names, maxEdits(unknown, names)) ?? withOneWordMore(unknown, names, isSet);
}

/** Of the specification, of older versions of it, and of the agent for Java, which names its instrumentations in the same way. */
const ofOthers =
  /^OTEL_(?:EXPERIMENTAL_|SEMCONV_|ID_GENERATOR|EXPORTER_JAEGER_|EXPORTER_OTLP_(?:SPAN|METRIC)_INSECURE$|EXPORTER_OTLP_PROFILES_|PROFILES_|SPAN_ATTRIBUTE_PER_|INSTRUMENTATION_(?:GENAI|COMMON|JEDIS|MESSAGING)_)/;

/** Short names of libraries resemble each other, so without a library that is known one letter must do. */
function maxEdits(unknown: string, names: readonly string[]): number {
  if (!unknown.startsWith(instrumentation)) return 2;
  const library = unknown.slice(0, unknown.indexOf('_', instrumentation.length) + 1);
  return names.some((name) => name.startsWith(library)) ? 2 : 1;
}
const instrumentation = 'OTEL_INSTRUMENTATION_';

/** `OTEL_EXPORTER_ENDPOINT`, `OTEL_NODE_SERVICE_NAME`; of several candidates the one for OTLP. */
function withOneWordMore(
  unknown: string,
  names: readonly string[],
  isSet: (name: string) => boolean,
): string | undefined {
  const found = names.filter((name) => isOneWordLonger(name, unknown) || isOneWordLonger(unknown, name));
  const ofOtlp = found.filter((name) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  const [meant, ...others] = ofOtlp.length > 0 ? ofOtlp : found;
  return meant === undefined || others.length > 0 || isSet(meant) ? undefined : meant;
}

function isOneWordLonger(longer: string, shorter: string): boolean {
  const words = longer.split('_');
  if (words.length !== shorter.split('_').length + 1) return false;
  return words.some((_, omitted) => words.filter((_, index) => index !== omitted).join('_') === shorter);
}
