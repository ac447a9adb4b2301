import assert from 'node:assert/strict';
import { test } from 'node:test';
import { k8s } from '../../../src/sdk/resource/k8s';
import { detectAll } from './fake-surroundings';

const uid = '9d29ba2b-0d4b-4aa1-9b1e-f1b6ea5b4dc2';
const kubelet = '/var/lib/kubelet/pods';
const pod = {
  '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'shop',
  '/etc/hosts': '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n',
  '/proc/self/mountinfo': [
    '1 2 0:1 / / rw - overlay overlay rw',
    `3 1 8:1 ${kubelet}/${uid}/etc-hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw`,
    `4 1 8:1 ${kubelet}/${uid}/containers/web/2bf35fd8 /dev/termination-log rw,relatime - ext4 /dev/sda1 rw`,
  ].join('\n'),
};

test('a pod that is told nothing', async () => {
  const found = await detectAll(k8s, { files: pod, hostname: 'shop-5d9c7b9d4-x2x7q' });
  assert.deepEqual(found, {
    'k8s.pod.uid': uid,
    'k8s.container.name': 'web',
    'k8s.pod.name': 'shop-5d9c7b9d4-x2x7q',
    'k8s.namespace.name': 'shop',
  });
});

test("a pod in its node's network has the node's name", async () => {
  const files = { ...pod, '/etc/hosts': '# Kubernetes-managed hosts file (host network).\n' };
  assert.equal('k8s.pod.name' in (await detectAll(k8s, { files, hostname: 'node-1' })), false);
});

test("the operator's variables", async () => {
  const env = {
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'shop-0',
    OTEL_RESOURCE_ATTRIBUTES_POD_UID: uid,
    OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'node-1',
    OTEL_POD_IP: '10.1.2.3',
  };
  assert.deepEqual(await detectAll(k8s, { env }), {
    'k8s.pod.name': 'shop-0',
    'k8s.pod.uid': uid,
    'k8s.pod.ip': '10.1.2.3',
    'k8s.node.name': 'node-1',
  });
});

test('variables of the downward API win over what is found', async () => {
  const env = {
    POD_NAME: 'shop-1',
    POD_NAMESPACE: 'other',
    NODE_NAME: 'node-2',
    K8S_CLUSTER_NAME: 'prod',
    POD_IP: '',
  };
  const found = await detectAll(k8s, { env, files: pod });
  assert.deepEqual(found, {
    'k8s.pod.uid': uid,
    'k8s.container.name': 'web',
    'k8s.pod.name': 'shop-1',
    'k8s.namespace.name': 'other',
    'k8s.node.name': 'node-2',
    'k8s.cluster.name': 'prod',
  });
});

test('elsewhere, such variables mean nothing', async () => {
  assert.deepEqual(await detectAll(k8s, { env: { POD_NAME: 'x', NODE_NAME: 'y' } }), {});
});
