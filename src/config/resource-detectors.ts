import { nearest } from './nearest';
import { type Parser, unexpected } from './parsers';

/** What finds facts for the resource, by the name that `OTEL_NODE_RESOURCE_DETECTORS` has for it. */
export const detectorNames = [
  'host',
  'os',
  'process',
  'serviceinstance',
  'container',
  'k8s',
  'aws',
  'azure',
  'gcp',
  'alibaba',
  'build',
] as const;

export type DetectorName = (typeof detectorNames)[number];

/**
 * What each accepted word stands for. `host` and `service` are what the configuration schema makes of them; `env` is there because other agents have it:
 * the user's own attributes always count.
 */
const words: Readonly<Record<string, readonly DetectorName[]>> = {
  ...Object.fromEntries(detectorNames.map((name) => [name, [name]])),
  all: detectorNames,
  none: [],
  env: [],
  host: ['host', 'os'],
  service: ['serviceinstance', 'build'],
  kubernetes: ['k8s'],
};

/** Unknown words for which the one that may have been meant is looked up. */
const maxMeant = 10;

/** A comma-separated list of detectors, in any case and order. A name that there is not is left out. */
export const resourceDetectors: Parser<readonly DetectorName[]> = {
  expected: `a list of env, ${detectorNames.join(', ')}, all or none`,
  parse(text) {
    const found = [
      ...new Set(
        text
          .toLowerCase()
          .split(',')
          .map((word) => word.trim()),
      ),
    ].filter(Boolean);
    const unknown = found.filter((word) => !Object.hasOwn(words, word));
    const wanted = new Set(found.flatMap((word) => (Object.hasOwn(words, word) ? words[word]! : [])));
    const value = detectorNames.filter((name) => wanted.has(name));
    if (found.length > 0 && unknown.length === 0) return { value };
    const near = unknown.slice(0, maxMeant).flatMap((word) => nearest(word, Object.keys(words)) ?? []);
    const problem =
      unexpected(this.expected, unknown.join() || text) + (near.length > 0 ? ` (meant ${near.join()}?)` : '');
    return unknown.length < found.length ? { value, problem } : { problem };
  },
};
