import type { Detected, Detector } from './detector';

/** Microsoft Azure (semantic conventions, "Cloud"): Container Apps, Functions, App Service, Kubernetes Service, virtual machines. */
export const azure: Detector = (surroundings) =>
  containerApp(surroundings) ?? website(surroundings) ?? machine(surroundings);

/** @see https://learn.microsoft.com/azure/container-apps/environment-variables */
const containerApp: Detector = ({ env }) => {
  if (!env.CONTAINER_APP_NAME || !env.CONTAINER_APP_REVISION) return undefined;
  return {
    attributes: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.container_apps',
      'service.name': env.CONTAINER_APP_NAME,
      'service.version': env.CONTAINER_APP_REVISION,
      'host.name': env.CONTAINER_APP_HOSTNAME,
      'host.id': env.CONTAINER_APP_REPLICA_NAME,
    },
  };
};

/** App Service, and Functions, which run on it. */
const website: Detector = ({ env }) => {
  const name = env.WEBSITE_SITE_NAME;
  if (!name) return undefined;
  const isFunction = Boolean(env.FUNCTIONS_EXTENSION_VERSION) || env.WEBSITE_SKU === 'FlexConsumption';
  const subscription = env.WEBSITE_OWNER_NAME?.split('+')[0];
  const group = env.WEBSITE_RESOURCE_GROUP;
  const megabytes = Number(env.WEBSITE_MEMORY_LIMIT_MB);
  return {
    attributes: {
      'cloud.provider': 'azure',
      'cloud.platform': isFunction ? 'azure.functions' : 'azure.app_service',
      'cloud.region': env.REGION_NAME,
      'cloud.account.id': subscription,
      'cloud.resource_id':
        subscription && group
          ? `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${name}`
          : undefined,
      'service.name': name,
      ...(isFunction
        ? {
            'faas.name': name,
            'faas.instance': env.WEBSITE_INSTANCE_ID,
            'faas.max_memory': megabytes > 0 ? megabytes * 1024 * 1024 : undefined,
          }
        : {
            'deployment.environment.name': env.WEBSITE_SLOT_NAME,
            'host.name': env.WEBSITE_HOSTNAME,
            'host.id': env.WEBSITE_INSTANCE_ID,
          }),
    },
  };
};

/**
 * A virtual machine, which the tag of its chassis gives away (Hyper-V elsewhere has the same vendor but not the tag), or a node of a cluster.
 * @see https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
 */
const machine: Detector = ({ env, readFile, request }) => {
  const cluster = env.CLUSTER_RESOURCE_ID?.startsWith('/subscriptions/')
    ? env.CLUSTER_RESOURCE_ID
    : undefined;
  const isMachine = readFile('/sys/class/dmi/id/chassis_asset_tag') === '7783-7084-3265-9085-8269-3286-77';
  if (!isMachine && !cluster) return undefined;
  const isCluster = Boolean(env.KUBERNETES_SERVICE_HOST);
  return {
    attributes: {
      'cloud.provider': 'azure',
      'cloud.platform': isCluster ? 'azure.aks' : 'azure.vm',
      ...(cluster && { 'k8s.cluster.name': resourceName(cluster), 'cloud.resource_id': cluster }),
    },
    ...(isMachine && {
      lookUp: () => [
        request('http://169.254.169.254/metadata/instance/compute?api-version=2021-12-13&format=json', {
          headers: { metadata: 'true' },
        }).then((answer) => fromCompute(JSON.parse(answer), isCluster, cluster)),
      ],
    }),
  };
};

function fromCompute(
  compute: Record<string, string>,
  isCluster: boolean,
  cluster: string | undefined,
): Detected {
  return {
    'cloud.account.id': compute.subscriptionId,
    'cloud.region': compute.location,
    'cloud.availability_zone': compute.zone,
    'cloud.resource_id': cluster ?? (isCluster ? undefined : compute.resourceId),
    'host.id': compute.vmId,
    'host.type': compute.vmSize,
    // In a pod, the host that the name would hide is the pod.
    ...(isCluster
      ? !cluster && { 'k8s.cluster.name': clusterOfNodes(compute.resourceGroupName) }
      : { 'host.name': compute.name }),
  };
}

/** Nodes lie in the group `MC_<group>_<cluster>_<region>`; with a further `_` there is no telling where the name begins. */
function clusterOfNodes(group = ''): string | undefined {
  const parts = group.split('_');
  return parts.length === 4 && parts[0]?.toUpperCase() === 'MC' ? parts[2] : undefined;
}

function resourceName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
