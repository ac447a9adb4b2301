import type { Detected, Detector, Surroundings } from './detector';

/**
 * Google Cloud (semantic conventions, "Cloud" and "GCP"): Compute Engine, Kubernetes Engine, Cloud Run, Cloud Functions, App Engine.
 * @see https://cloud.google.com/compute/docs/metadata/overview
 */
export const gcp: Detector = (surroundings) => {
  const platform = platforms.find(({ isHere }) => isHere(surroundings));
  if (platform === undefined) return undefined;
  const { env, request } = surroundings;
  // The address, for a name would have to be resolved first.
  const base = `http://${env.GCE_METADATA_HOST || '169.254.169.254'}/computeMetadata/v1`;
  const look = ([path, read]: Lookup) =>
    request(`${base}/${path}`, { headers: { 'metadata-flavor': 'Google' } }).then(read);
  return {
    attributes: {
      'cloud.provider': 'gcp',
      'cloud.platform': platform.name,
      ...platform.attributes?.(env),
    },
    lookUp: () => [project, ...platform.lookups].map(look),
  };
};

/** What is asked for below `/computeMetadata/v1/`, and what the answer says. */
type Lookup = readonly [path: string, read: (answer: string) => Detected];

const project: Lookup = ['project/project-id', (id) => ({ 'cloud.account.id': id })];
const hostId: Lookup = ['instance/id', (id) => ({ 'host.id': id })];
const faasInstance: Lookup = ['instance/id', (id) => ({ 'faas.instance': id })];
/** `projects/<number>/zones/us-central1-a` */
const zone: Lookup = [
  'instance/zone',
  (path) => ({
    'cloud.availability_zone': lastPart(path),
    'cloud.region': lastPart(path).replace(/-[^-]*$/, ''),
  }),
];
/** `projects/<number>/regions/us-central1` */
const region: Lookup = ['instance/region', (path) => ({ 'cloud.region': lastPart(path) })];

interface Platform {
  readonly name: string;
  readonly isHere: (surroundings: Surroundings) => boolean;
  readonly attributes?: (env: Surroundings['env']) => Detected;
  readonly lookups: readonly Lookup[];
}

/** The first that is here is it. */
const platforms: readonly Platform[] = [
  {
    name: 'gcp_cloud_functions',
    isHere: ({ env }) => Boolean(env.FUNCTION_TARGET && env.K_SERVICE) && isNotKnative(env),
    attributes: service,
    lookups: [region, faasInstance],
  },
  {
    name: 'gcp_cloud_run',
    isHere: ({ env }) => Boolean(env.K_CONFIGURATION && env.K_SERVICE) && isNotKnative(env),
    attributes: service,
    lookups: [region, faasInstance],
  },
  {
    name: 'gcp_cloud_run',
    isHere: ({ env }) => Boolean(env.CLOUD_RUN_JOB),
    attributes: (env) => ({
      'service.name': env.CLOUD_RUN_JOB,
      'faas.name': env.CLOUD_RUN_JOB,
      'gcp.cloud_run.job.execution': env.CLOUD_RUN_EXECUTION,
      'gcp.cloud_run.job.task_index': env.CLOUD_RUN_TASK_INDEX ? Number(env.CLOUD_RUN_TASK_INDEX) : undefined,
    }),
    lookups: [region, faasInstance],
  },
  {
    name: 'gcp_app_engine',
    isHere: ({ env }) => Boolean(env.GAE_SERVICE && env.GAE_INSTANCE),
    attributes: (env) => ({
      'faas.name': env.GAE_SERVICE,
      'faas.version': env.GAE_VERSION,
      'faas.instance': env.GAE_INSTANCE,
    }),
    lookups: [zone],
  },
  {
    name: 'gcp_kubernetes_engine',
    isHere: (surroundings) =>
      isMachineOfGoogle(surroundings) && Boolean(surroundings.env.KUBERNETES_SERVICE_HOST),
    lookups: [
      hostId,
      ['instance/attributes/cluster-name', (name) => ({ 'k8s.cluster.name': name })],
      // A zone, or a region if the cluster is spread over several.
      [
        'instance/attributes/cluster-location',
        (location) =>
          location.split('-').length === 2
            ? { 'cloud.region': location }
            : { 'cloud.availability_zone': location },
      ],
    ],
  },
  {
    name: 'gcp_compute_engine',
    isHere: isMachineOfGoogle,
    lookups: [
      hostId,
      zone,
      ['instance/name', (name) => ({ 'host.name': name, 'gcp.gce.instance.name': name })],
      ['instance/hostname', (name) => ({ 'gcp.gce.instance.hostname': name })],
      ['instance/machine-type', (path) => ({ 'host.type': lastPart(path) })],
    ],
  },
];

function service(env: Surroundings['env']): Detected {
  return { 'service.name': env.K_SERVICE, 'faas.name': env.K_SERVICE, 'faas.version': env.K_REVISION };
}

/** Knative sets the variables of Cloud Run on any cluster. */
function isNotKnative(env: Surroundings['env']): boolean {
  return !env.KUBERNETES_SERVICE_HOST;
}

/** Not by the vendor: Google's laptops have the same. */
function isMachineOfGoogle({ env, readFile }: Surroundings): boolean {
  const product = readFile('/sys/class/dmi/id/product_name');
  return product === 'Google Compute Engine' || product === 'Google' || Boolean(env.GCE_METADATA_HOST);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
