import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

/**
 * What the OpenTelemetry operator for Kubernetes does to a pod: an init container copies the image's `/autoinstrumentation` into a volume, and the
 * program's container gets variables (its source: internal/instrumentation/nodejs.go and sdk.go).
 */

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'otel-instrument-operator-'));
const image = join(folder, 'autoinstrumentation');
const volume = join(folder, 'otel-auto-instrumentation-nodejs');
const app = join(folder, 'app');
const imageOfPackage = join(folder, 'package');

const visit = `
function visit() {
  fetch('http://127.0.0.1:' + this.address().port).then(() => { console.log('visited'); this.closeAllConnections(); this.close(); });
}`;

before(() => {
  // As docs/kubernetes.md builds the image.
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string }];
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  cpSync(imageOfPackage, image, { recursive: true });
  // As the init container does.
  mkdirSync(volume);
  execFileSync('cp', ['-r', `${image}/.`, volume]);

  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"name":"my-shop","version":"1.2.3"}');
  writeFileSync(
    join(app, 'app.cjs'),
    `require('node:http').createServer((q, r) => r.end()).listen(0, visit);${visit}`,
  );
  writeFileSync(
    join(app, 'app.mjs'),
    `import http from 'node:http'; http.createServer((q, r) => r.end()).listen(0, visit);${visit}`,
  );
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** What the operator sets, in its order; `$(…)` is already replaced, which the kubelet does. */
const injected = (endpoint: string) => ({
  NODE_OPTIONS: ` --require ${volume}/autoinstrumentation.js`,
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_NODE_IP: '10.0.0.7',
  OTEL_POD_IP: '10.1.2.3',
  OTEL_SERVICE_NAME: 'shop',
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'shop-5d9c7b9d4-x2x7q',
  OTEL_RESOURCE_ATTRIBUTES_POD_UID: '9d29ba2b-0d4b-4aa1-9b1e-f1b6ea5b4dc2',
  OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'node-1',
  OTEL_PROPAGATORS: 'tracecontext,baggage,b3',
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '1',
  OTEL_RESOURCE_ATTRIBUTES: [
    'k8s.container.name=web',
    'k8s.deployment.name=shop',
    'k8s.namespace.name=prod',
    'k8s.node.name=node-1',
    'k8s.pod.name=shop-5d9c7b9d4-x2x7q',
    'k8s.replicaset.name=shop-5d9c7b9d4',
    'service.instance.id=prod.shop-5d9c7b9d4-x2x7q.web',
    'service.namespace=prod',
    'service.version=4.5.6',
  ].join(),
  // Of the cluster itself: every pod has them.
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  OTEL_COLLECTOR_SERVICE_HOST: '10.96.7.7',
  OTEL_COLLECTOR_PORT_4318_TCP: 'tcp://10.96.7.7:4318',
});

describe('a pod that the operator instruments', () => {
  for (const file of ['app.cjs', 'app.mjs']) {
    test(file, async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      // Logs and metrics are not this test's business.
      const env = { ...injected(receiver.url), OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
      const run = await runProgram([file], { cwd: app, env });

      assert.deepEqual([run.stdout, run.stderr, run.exitCode], ['visited\n', '', 0]);
      await receiver.drained();
      assert.deepEqual(receiver.spans.map(({ kind }) => kind).sort(), [1, 2]);
      const expected = {
        'service.name': 'shop',
        'service.namespace': 'prod',
        'service.version': '4.5.6',
        'service.instance.id': 'prod.shop-5d9c7b9d4-x2x7q.web',
        'k8s.namespace.name': 'prod',
        'k8s.pod.name': 'shop-5d9c7b9d4-x2x7q',
        'k8s.pod.uid': '9d29ba2b-0d4b-4aa1-9b1e-f1b6ea5b4dc2',
        'k8s.pod.ip': '10.1.2.3',
        'k8s.node.name': 'node-1',
        'k8s.container.name': 'web',
        'k8s.deployment.name': 'shop',
        'k8s.replicaset.name': 'shop-5d9c7b9d4',
      };
      for (const { resource } of receiver.spans) {
        const found = Object.entries(resource).filter(([key]) => key in expected || key.startsWith('k8s.'));
        assert.deepEqual(Object.fromEntries(found), expected);
      }
    });
  }
});

test('the manifest in docs/kubernetes.md', async (t) => {
  const [, manifest] = /```yaml\n(apiVersion: apps\/v1\nkind: Deployment[\s\S]*?)```/.exec(
    readFileSync(join(root, 'docs/kubernetes.md'), 'utf8'),
  )!;
  const { initContainers, containers, volumes } = parseAllDocuments(manifest!)[0]!.toJS().spec.template.spec;
  const mount = (container: { volumeMounts: { name: string; mountPath: string }[] }) =>
    container.volumeMounts[0]!;
  assert.deepEqual(
    [mount(initContainers[0]).name, mount(containers[0]).name],
    [volumes[0].name, volumes[0].name],
  );

  // The same paths, below a folder of this test.
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  const placed = (text: string) =>
    text.replace('/autoinstrumentation/.', `${image}/.`).replace(/^\/otel|(?<= )\/otel/, mounted);
  const [command, ...args] = initContainers[0].command.map(placed);
  execFileSync(command, args);

  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env: Record<string, string> = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  const fields: Record<string, string> = { 'spec.nodeName': 'node-1' };
  for (const { name, value, valueFrom } of containers[0].env)
    env[name] = value ? placed(value) : fields[valueFrom.fieldRef.fieldPath]!;
  Object.assign(env, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, KUBERNETES_SERVICE_HOST: '10.96.0.1' });
  const run = await runProgram(['app.mjs'], { cwd: app, env });

  assert.deepEqual([run.stdout, run.stderr, run.exitCode], ['visited\n', '', 0]);
  await receiver.drained();
  const { resource } = receiver.spans[0]!;
  assert.deepEqual([resource['service.name'], resource['k8s.node.name']], ['shop', 'node-1']);
});

test('the paths in docs/docker.md are in the package', () => {
  const paths = readFileSync(join(root, 'docs/docker.md'), 'utf8').matchAll(
    /node_modules\/otel-instrument\/([\w./-]+)/g,
  );
  const found = [...paths].map(([, path]) => readFileSync(join(imageOfPackage, path!), 'utf8'));
  assert.ok(found.length >= 2);
});
