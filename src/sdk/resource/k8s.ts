import type { Detector, Surroundings } from './detector';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Names under which pods are commonly given their own fields (downward API); the first ones are the OpenTelemetry operator's. */
const variables = {
  'k8s.pod.name': [
    'OTEL_RESOURCE_ATTRIBUTES_POD_NAME',
    'POD_NAME',
    'K8S_POD_NAME',
    'KUBERNETES_POD_NAME',
    'MY_POD_NAME',
  ],
  'k8s.pod.uid': [
    'OTEL_RESOURCE_ATTRIBUTES_POD_UID',
    'POD_UID',
    'K8S_POD_UID',
    'KUBERNETES_POD_UID',
    'MY_POD_UID',
  ],
  'k8s.pod.ip': ['OTEL_POD_IP', 'POD_IP', 'K8S_POD_IP', 'KUBERNETES_POD_IP', 'MY_POD_IP'],
  'k8s.node.name': [
    'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME',
    'NODE_NAME',
    'K8S_NODE_NAME',
    'KUBERNETES_NODE_NAME',
    'MY_NODE_NAME',
  ],
  'k8s.namespace.name': [
    'POD_NAMESPACE',
    'K8S_NAMESPACE',
    'K8S_POD_NAMESPACE',
    'KUBERNETES_NAMESPACE',
    'MY_POD_NAMESPACE',
  ],
  'k8s.container.name': ['K8S_CONTAINER_NAME', 'KUBERNETES_CONTAINER_NAME'],
  'k8s.cluster.name': ['K8S_CLUSTER_NAME', 'KUBERNETES_CLUSTER_NAME'],
} as const;

/** `k8s.*` (semantic conventions, "Kubernetes"), from within the pod: nobody is asked. */
export const k8s: Detector = (surroundings) => {
  if (!isInKubernetes(surroundings)) return undefined;
  const { env, readFile } = surroundings;
  const given = Object.entries(variables).map(([attribute, names]) => [
    attribute,
    names.map((name) => env[name]).find(Boolean),
  ]);
  const found = {
    ...fromMounts(readFile('/proc/self/mountinfo')),
    'k8s.pod.name': hasHostnameOfPod(surroundings) ? surroundings.hostname : undefined,
    'k8s.namespace.name': readFile(`${serviceAccount}/namespace`),
  };
  return { attributes: { ...found, ...Object.fromEntries(given.filter(([, value]) => value)) } };
};

/** Whether the process runs in a pod. */
export function isInKubernetes({ env, readFile }: Surroundings): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) || readFile(`${serviceAccount}/namespace`) !== undefined;
}

/** What the pod may show to the API server; both are `undefined` in a pod without an account. */
export function readServiceAccount({ readFile }: Surroundings): {
  token: string | undefined;
  ca: string | undefined;
} {
  return { token: readFile(`${serviceAccount}/token`), ca: readFile(`${serviceAccount}/ca.crt`) };
}

/**
 * The kubelet's own files are mounted into every container: `…/pods/<uid>/etc-hosts /etc/hosts` and
 * `…/pods/<uid>/containers/<name>/<id> /dev/termination-log`.
 */
function fromMounts(text = ''): {
  'k8s.pod.uid'?: string | undefined;
  'k8s.container.name'?: string | undefined;
} {
  return {
    'k8s.pod.uid': /\/pods\/([0-9a-f-]{32,36})\/etc-hosts /.exec(text)?.[1],
    'k8s.container.name': /\/pods\/[0-9a-f-]{32,36}\/containers\/([^/ ]+)\//.exec(text)?.[1],
  };
}

/** A pod's host is named after it, unless it shares the node's network; the first line of the kubelet's `/etc/hosts` tells which. */
function hasHostnameOfPod({ readFile }: Surroundings): boolean {
  return readFile('/etc/hosts')?.startsWith('# Kubernetes-managed hosts file.') === true;
}
