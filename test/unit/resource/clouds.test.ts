import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alibaba } from '../../../src/sdk/resource/alibaba';
import { azure } from '../../../src/sdk/resource/azure';
import type { Detector } from '../../../src/sdk/resource/detector';
import { gcp } from '../../../src/sdk/resource/gcp';
import { detectAll, type Fake, type Recorded, startMetadataServer } from './fake-surroundings';

interface Case {
  readonly title: string;
  readonly detector: Detector;
  readonly fake: Fake;
  readonly expected: object;
}

const product = '/sys/class/dmi/id/product_name';
const chassis = '/sys/class/dmi/id/chassis_asset_tag';

const google = 'GET http://169.254.169.254/computeMetadata/v1';
const toGoogle =
  (body: string): Recorded[string] =>
  ({ headers }) =>
    headers['metadata-flavor'] === 'Google' ? body : undefined;

const recorded: Recorded = {
  [`${google}/project/project-id`]: toGoogle('my-project'),
  [`${google}/instance/id`]: toGoogle('4520031799277581759'),
  [`${google}/instance/zone`]: toGoogle('projects/5689182099321/zones/us-central1-a'),
  [`${google}/instance/region`]: toGoogle('projects/5689182099321/regions/us-central1'),
  [`${google}/instance/name`]: toGoogle('vm-1'),
  [`${google}/instance/hostname`]: toGoogle('vm-1.us-central1-a.c.my-project.internal'),
  [`${google}/instance/machine-type`]: toGoogle('projects/5689182099321/machineTypes/e2-medium'),
  [`${google}/instance/attributes/cluster-name`]: toGoogle('prod'),
  [`${google}/instance/attributes/cluster-location`]: toGoogle('us-central1'),
  'GET http://169.254.169.254/metadata/instance/compute?api-version=2021-12-13&format=json': ({ headers }) =>
    headers.metadata === 'true'
      ? JSON.stringify({
          location: 'westus',
          name: 'examplevmname',
          resourceGroupName: 'MC_shop_prod_westus',
          resourceId:
            '/subscriptions/8d10da13/resourceGroups/macikgo/providers/Microsoft.Compute/virtualMachines/examplevmname',
          subscriptionId: '8d10da13',
          version: '15.05.22',
          vmId: '02aab8a4-74ef-476e-8182-f6d2ba4166a6',
          vmSize: 'Standard_A3',
          zone: '',
        })
      : undefined,
  'GET http://100.100.100.200/latest/dynamic/instance-identity/document': JSON.stringify({
    'owner-account-id': '1609',
    'instance-id': 'i-bp13',
    'instance-type': 'ecs.g6.large',
    'image-id': 'aliyun_3_x64',
    'region-id': 'cn-hangzhou',
    'zone-id': 'cn-hangzhou-i',
  }),
  'GET http://100.100.100.200/latest/meta-data/hostname': 'iZbp13',
};

const cases: readonly Case[] = [
  {
    title: 'Compute Engine',
    detector: gcp,
    fake: { files: { [product]: 'Google Compute Engine' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_compute_engine',
      'cloud.account.id': 'my-project',
      'cloud.availability_zone': 'us-central1-a',
      'cloud.region': 'us-central1',
      'host.id': '4520031799277581759',
      'host.name': 'vm-1',
      'host.type': 'e2-medium',
      'gcp.gce.instance.name': 'vm-1',
      'gcp.gce.instance.hostname': 'vm-1.us-central1-a.c.my-project.internal',
    },
  },
  {
    title: 'Kubernetes Engine',
    detector: gcp,
    fake: { files: { [product]: 'Google Compute Engine' }, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_kubernetes_engine',
      'cloud.account.id': 'my-project',
      'cloud.region': 'us-central1',
      'host.id': '4520031799277581759',
      'k8s.cluster.name': 'prod',
    },
  },
  {
    title: 'Cloud Run',
    detector: gcp,
    fake: { env: { K_SERVICE: 'shop', K_REVISION: 'shop-00007', K_CONFIGURATION: 'shop' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_cloud_run',
      'cloud.account.id': 'my-project',
      'cloud.region': 'us-central1',
      'service.name': 'shop',
      'faas.name': 'shop',
      'faas.version': 'shop-00007',
      'faas.instance': '4520031799277581759',
    },
  },
  {
    title: 'a Cloud Run job',
    detector: gcp,
    fake: { env: { CLOUD_RUN_JOB: 'nightly', CLOUD_RUN_EXECUTION: 'nightly-x', CLOUD_RUN_TASK_INDEX: '0' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_cloud_run',
      'cloud.account.id': 'my-project',
      'cloud.region': 'us-central1',
      'service.name': 'nightly',
      'faas.name': 'nightly',
      'faas.instance': '4520031799277581759',
      'gcp.cloud_run.job.execution': 'nightly-x',
      'gcp.cloud_run.job.task_index': 0,
    },
  },
  {
    title: 'Cloud Functions',
    detector: gcp,
    fake: { env: { FUNCTION_TARGET: 'handle', K_SERVICE: 'fn', K_REVISION: '2', K_CONFIGURATION: 'fn' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_cloud_functions',
      'cloud.account.id': 'my-project',
      'cloud.region': 'us-central1',
      'service.name': 'fn',
      'faas.name': 'fn',
      'faas.version': '2',
      'faas.instance': '4520031799277581759',
    },
  },
  {
    title: 'App Engine',
    detector: gcp,
    fake: { env: { GAE_SERVICE: 'default', GAE_VERSION: 'v1', GAE_INSTANCE: '00c6', GAE_ENV: 'standard' } },
    expected: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_app_engine',
      'cloud.account.id': 'my-project',
      'cloud.availability_zone': 'us-central1-a',
      'cloud.region': 'us-central1',
      'faas.name': 'default',
      'faas.version': 'v1',
      'faas.instance': '00c6',
    },
  },
  {
    title: 'Knative elsewhere',
    detector: gcp,
    fake: {
      env: { K_SERVICE: 's', K_REVISION: 'r', K_CONFIGURATION: 's', KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    },
    expected: {},
  },
  { title: 'a laptop of Google', detector: gcp, fake: { files: { [product]: 'Eve' } }, expected: {} },
  {
    title: 'an Azure machine',
    detector: azure,
    fake: { files: { [chassis]: '7783-7084-3265-9085-8269-3286-77' } },
    expected: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.vm',
      'cloud.account.id': '8d10da13',
      'cloud.region': 'westus',
      'cloud.availability_zone': '',
      'cloud.resource_id':
        '/subscriptions/8d10da13/resourceGroups/macikgo/providers/Microsoft.Compute/virtualMachines/examplevmname',
      'host.id': '02aab8a4-74ef-476e-8182-f6d2ba4166a6',
      'host.name': 'examplevmname',
      'host.type': 'Standard_A3',
    },
  },
  {
    title: 'a node of Azure Kubernetes Service',
    detector: azure,
    fake: {
      files: { [chassis]: '7783-7084-3265-9085-8269-3286-77' },
      env: { KUBERNETES_SERVICE_HOST: 'x.azmk8s.io' },
    },
    expected: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.aks',
      'cloud.account.id': '8d10da13',
      'cloud.region': 'westus',
      'cloud.availability_zone': '',
      'host.id': '02aab8a4-74ef-476e-8182-f6d2ba4166a6',
      'host.type': 'Standard_A3',
      'k8s.cluster.name': 'prod',
    },
  },
  {
    title: 'App Service',
    detector: azure,
    fake: {
      env: {
        WEBSITE_SITE_NAME: 'shop',
        WEBSITE_OWNER_NAME: '8d10da13+shop-westus',
        WEBSITE_RESOURCE_GROUP: 'rg',
        WEBSITE_SLOT_NAME: 'Production',
        WEBSITE_HOSTNAME: 'shop.azurewebsites.net',
        WEBSITE_INSTANCE_ID: 'd3b0',
        REGION_NAME: 'West US',
      },
    },
    expected: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.app_service',
      'cloud.account.id': '8d10da13',
      'cloud.region': 'West US',
      'cloud.resource_id': '/subscriptions/8d10da13/resourceGroups/rg/providers/Microsoft.Web/sites/shop',
      'service.name': 'shop',
      'deployment.environment.name': 'Production',
      'host.name': 'shop.azurewebsites.net',
      'host.id': 'd3b0',
    },
  },
  {
    title: 'Azure Functions',
    detector: azure,
    fake: {
      env: {
        WEBSITE_SITE_NAME: 'fn',
        FUNCTIONS_EXTENSION_VERSION: '~4',
        WEBSITE_INSTANCE_ID: 'd3b0',
        WEBSITE_MEMORY_LIMIT_MB: '1536',
        REGION_NAME: 'West US',
      },
    },
    expected: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.functions',
      'cloud.region': 'West US',
      'service.name': 'fn',
      'faas.name': 'fn',
      'faas.instance': 'd3b0',
      'faas.max_memory': 1_610_612_736,
    },
  },
  {
    title: 'Container Apps',
    detector: azure,
    fake: {
      env: {
        CONTAINER_APP_NAME: 'shop',
        CONTAINER_APP_REVISION: 'shop--20mh1s9',
        CONTAINER_APP_HOSTNAME: 'shop--20mh1s9.westus.azurecontainerapps.io',
        CONTAINER_APP_REPLICA_NAME: 'shop--20mh1s9-86c8c4b497-zx9bq',
      },
    },
    expected: {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.container_apps',
      'service.name': 'shop',
      'service.version': 'shop--20mh1s9',
      'host.name': 'shop--20mh1s9.westus.azurecontainerapps.io',
      'host.id': 'shop--20mh1s9-86c8c4b497-zx9bq',
    },
  },
  {
    title: 'Alibaba Cloud',
    detector: alibaba,
    fake: { files: { [product]: 'Alibaba Cloud ECS' } },
    expected: {
      'cloud.provider': 'alibaba_cloud',
      'cloud.platform': 'alibaba_cloud_ecs',
      'cloud.account.id': '1609',
      'cloud.region': 'cn-hangzhou',
      'cloud.availability_zone': 'cn-hangzhou-i',
      'host.id': 'i-bp13',
      'host.type': 'ecs.g6.large',
      'host.image.id': 'aliyun_3_x64',
      'host.name': 'iZbp13',
    },
  },
];

for (const { title, detector, fake, expected } of cases) {
  test(title, async (t) => {
    const { request } = await startMetadataServer(t, recorded);
    assert.deepEqual(await detectAll(detector, { ...fake, request }), expected);
  });
}

describe('where nothing names a cloud', () => {
  const machines: readonly Fake[] = [
    {},
    { files: { [product]: 'Standard PC (Q35 + ICH9, 2009)', '/sys/class/dmi/id/sys_vendor': 'QEMU' } },
    { files: { '/sys/class/dmi/id/sys_vendor': 'Microsoft Corporation', [product]: 'Virtual Machine' } },
    { env: { CLUSTER_RESOURCE_ID: 'mine', GAE_SERVICE: 'x', K_SERVICE: 'y' } },
  ];
  for (const fake of machines) {
    test(JSON.stringify(fake), async () => {
      for (const detector of [alibaba, azure, gcp]) assert.deepEqual(await detectAll(detector, fake), {});
    });
  }
});
