import type { Attributes } from '@opentelemetry/api';
import type { Entity } from '../../config/parsers';
import type { DetectorName } from '../../config/resource-detectors';
import { log, messageOf } from '../../diag/log';
import { awaitResource, setEntityRefs } from '../../model/resource';
import { startTimer, stopTimer } from '../../model/timers';
import { includedKeys, type KeyPatterns } from '../included-keys';
import { alibaba } from './alibaba';
import { aws } from './aws';
import { azure } from './azure';
import { build, defaultServiceName } from './build';
import { container } from './container';
import type { Detected, Detection, Detector, Surroundings } from './detector';
import { attributesOfEntities } from './entities';
import { gcp } from './gcp';
import { host } from './host';
import { k8s } from './k8s';
import { os } from './os';
import { process_ } from './process';
import { serviceInstance } from './service-instance';

/** What `OTEL_NODE_RESOURCE_DETECTORS` names. A later one knows better than those before it. */
export const detectors = {
  serviceinstance: serviceInstance,
  build,
  process: process_,
  os,
  host,
  container,
  k8s,
  alibaba,
  azure,
  gcp,
  aws,
} satisfies Readonly<Record<DetectorName, Detector>>;

/** What the user said of the resource, and which other facts are wanted. */
export interface ResourceOptions {
  readonly serviceName: string | undefined;
  readonly attributes: Attributes;
  /** What the resource describes. */
  readonly entities?: readonly Entity[];
  readonly detectors: readonly DetectorName[];
  /** Which of their attributes are used; missing means all. */
  readonly detectedKeys?: KeyPatterns;
  /** How long to wait for metadata services; 0: they are not asked. */
  readonly lookupTimeoutMillis: number;
  readonly distroVersion: string;
}

/**
 * The resource of this process (semantic conventions, "Resource"). The user's attributes win over those of
 * the entities, and both over what is detected. Where a metadata service has to be
 * asked, the object that is returned gets more attributes later, until the resource is complete (see src/model/resource.ts).
 */
export function detectResource(options: ResourceOptions, surroundings: Surroundings): Attributes {
  const detections = (Object.keys(detectors) as DetectorName[])
    .filter((name) => options.detectors.includes(name))
    .map((name) => detect(name, surroundings));
  const isWanted = includedKeys(options.detectedKeys);
  const found = detections.map(({ attributes }) => known(attributes, isWanted));
  const given = known(options.attributes);
  if (options.serviceName) given['service.name'] = options.serviceName;

  const entities = attributesOfEntities(options.entities ?? [], given);

  const resource = merged();
  setEntityRefs(resource, entities.refs);
  // Every attempt to find it costs reading files, so only if nobody said it.
  resource['service.name'] ??= defaultServiceName(surroundings);
  if (options.lookupTimeoutMillis > 0) {
    lookUp(detections, surroundings, options.lookupTimeoutMillis, (index, attributes) => {
      Object.assign(found[index]!, known(attributes, isWanted));
      Object.assign(resource, merged());
    });
  }
  return resource;

  function merged(): Attributes {
    return Object.assign(
      {
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.language': 'nodejs',
        'telemetry.sdk.version': options.distroVersion,
        'telemetry.distro.name': 'otel-instrument',
        'telemetry.distro.version': options.distroVersion,
      },
      ...found,
      entities.attributes,
      given,
    );
  }
}

/** A detector that fails costs its own attributes. */
function detect(name: DetectorName, surroundings: Surroundings): Detection {
  try {
    return detectors[name](surroundings) ?? { attributes: {} };
  } catch (error) {
    log.debug(`resource detector ${name}: ${messageOf(error)}`);
    return { attributes: {} };
  }
}

/** Asks everybody at once. The resource is complete when all have answered or failed, or when the time is over. */
function lookUp(
  detections: readonly Detection[],
  surroundings: Surroundings,
  timeoutMillis: number,
  add: (index: number, attributes: Detected) => void,
): void {
  const lookups = detections.map((detection) => detection.lookUp?.() ?? []);
  let left = lookups.flat().length;
  if (left === 0) return;
  const complete = awaitResource();
  const timer = startTimer(finish, timeoutMillis);

  lookups.forEach((promises, index) => {
    for (const promise of promises) {
      promise
        .then((attributes) => left > 0 && add(index, attributes))
        .catch((error: unknown) => log.debug(`resource detection: ${messageOf(error)}`))
        .then(() => {
          if (left > 0 && --left === 0) finish();
        });
    }
  });

  function finish(): void {
    left = 0;
    stopTimer(timer);
    surroundings.giveUp();
    complete();
  }
}

/** Attributes without those that nobody knows or wants. */
function known(attributes: Detected, isWanted: (key: string) => boolean = () => true): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => value !== undefined && value !== '' && isWanted(key)),
  );
}
