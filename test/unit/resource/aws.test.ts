import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aws } from '../../../src/sdk/resource/aws';
import { detectAll, fakeSurroundings, type Recorded, startMetadataServer } from './fake-surroundings';

const dmi = '/sys/class/dmi/id';
const metadata = 'http://169.254.169.254/latest';
const nitro = { [`${dmi}/sys_vendor`]: 'Amazon EC2\n' };

/** As the user guide of EC2 shows it. */
const identity = JSON.stringify({
  accountId: '123456789012',
  architecture: 'x86_64',
  availabilityZone: 'us-west-2b',
  imageId: 'ami-5fb8c835',
  instanceId: 'i-1234567890abcdef0',
  instanceType: 't2.micro',
  privateIp: '10.158.112.84',
  region: 'us-west-2',
  version: '2017-09-30',
});
const withToken =
  (body: string): Recorded[string] =>
  ({ headers }) =>
    headers['x-aws-ec2-metadata-token'] === 'the-token' ? body : undefined;
const ec2: Recorded = {
  [`PUT ${metadata}/api/token`]: ({ headers }) =>
    headers['x-aws-ec2-metadata-token-ttl-seconds'] ? 'the-token' : undefined,
  [`GET ${metadata}/dynamic/instance-identity/document`]: withToken(identity),
  [`GET ${metadata}/meta-data/hostname`]: withToken('ip-10-158-112-84.us-west-2.compute.internal'),
};
const instance = {
  'cloud.provider': 'aws',
  'cloud.platform': 'aws_ec2',
  'cloud.account.id': '123456789012',
  'cloud.region': 'us-west-2',
  'cloud.availability_zone': 'us-west-2b',
  'host.id': 'i-1234567890abcdef0',
  'host.type': 't2.micro',
  'host.image.id': 'ami-5fb8c835',
  'host.name': 'ip-10-158-112-84.us-west-2.compute.internal',
};

describe('EC2', () => {
  const hints: readonly [title: string, files: Record<string, string>][] = [
    ['a Nitro instance', nitro],
    ['a Xen instance by its BIOS', { [`${dmi}/bios_version`]: '4.11.amazon' }],
    ['a Xen instance by its hypervisor', { '/sys/hypervisor/uuid': 'ec2e1916-9099-7caf-fd21-012345abcdef' }],
  ];
  for (const [title, files] of hints) {
    test(title, async (t) => {
      const { request, asked } = await startMetadataServer(t, ec2);
      assert.deepEqual(await detectAll(aws, { files, request }), instance);
      assert.deepEqual(asked.sort(), Object.keys(ec2).sort());
    });
  }

  test('what the hardware tells needs no question', () => {
    const files = { ...nitro, [`${dmi}/board_asset_tag`]: 'i-0abc', [`${dmi}/product_name`]: 'c7g.large' };
    assert.deepEqual(JSON.parse(JSON.stringify(aws(fakeSurroundings({ files }))!.attributes)), {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      'host.id': 'i-0abc',
      'host.type': 'c7g.large',
    });
  });

  test('AWS_EC2_METADATA_DISABLED', async () => {
    const found = await detectAll(aws, { files: nitro, env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    assert.deepEqual(found, { 'cloud.provider': 'aws', 'cloud.platform': 'aws_ec2' });
  });

  test('another vendor', async () => {
    const files = { [`${dmi}/sys_vendor`]: 'QEMU', [`${dmi}/product_name`]: 'Standard PC' };
    assert.deepEqual(await detectAll(aws, { files }), {});
  });
});

test('ECS on Fargate', async (t) => {
  const base = 'http://169.254.170.2/v4/7fc1b3de';
  const { request, asked } = await startMetadataServer(t, {
    [`GET ${base}`]: JSON.stringify({
      DockerId: 'cd189a933e5849daa93386466019ab50-2495160603',
      Name: 'curl',
      DockerName: 'curl',
      LogDriver: 'awslogs',
      LogOptions: {
        'awslogs-group': '/ecs/containerlogs',
        'awslogs-region': 'us-west-2',
        'awslogs-stream': 'ecs/curl/cd189a933e5849daa93386466019ab50',
      },
      ContainerARN: 'arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1',
    }),
    [`GET ${base}/task`]: JSON.stringify({
      Cluster: 'default',
      TaskARN: 'arn:aws:ecs:us-west-2:111122223333:task/default/cd189a933e5849daa93386466019ab50',
      Family: 'curltest',
      Revision: '3',
      LaunchType: 'FARGATE',
      AvailabilityZone: 'us-west-2a',
    }),
  });
  const found = await detectAll(aws, {
    env: { ECS_CONTAINER_METADATA_URI_V4: base, AWS_REGION: 'us-west-2' },
    files: nitro,
    request,
  });
  assert.deepEqual(found, {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'cloud.account.id': '111122223333',
    'cloud.region': 'us-west-2',
    'cloud.availability_zone': 'us-west-2a',
    'cloud.resource_id': 'arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1',
    'container.id': 'cd189a933e5849daa93386466019ab50-2495160603',
    'container.name': 'curl',
    'aws.ecs.container.arn':
      'arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1',
    'aws.ecs.cluster.arn': 'arn:aws:ecs:us-west-2:111122223333:cluster/default',
    'aws.ecs.task.arn': 'arn:aws:ecs:us-west-2:111122223333:task/default/cd189a933e5849daa93386466019ab50',
    'aws.ecs.task.id': 'cd189a933e5849daa93386466019ab50',
    'aws.ecs.task.family': 'curltest',
    'aws.ecs.task.revision': '3',
    'aws.ecs.launchtype': 'fargate',
    'aws.log.group.names': ['/ecs/containerlogs'],
    'aws.log.group.arns': ['arn:aws:logs:us-west-2:111122223333:log-group:/ecs/containerlogs:*'],
    'aws.log.stream.names': ['ecs/curl/cd189a933e5849daa93386466019ab50'],
    'aws.log.stream.arns': [
      'arn:aws:logs:us-west-2:111122223333:log-group:/ecs/containerlogs:log-stream:ecs/curl/cd189a933e5849daa93386466019ab50',
    ],
  });
  assert.equal(asked.length, 2, 'the instance below is not asked');
});

describe('EKS', () => {
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  const jwt = (iss: string) =>
    ['{"alg":"RS256"}', JSON.stringify({ iss })]
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
  const token = `${jwt('https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE')}.c2ln`;
  const env = { KUBERNETES_SERVICE_HOST: '10.100.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const files = { [`${account}/token`]: token, [`${account}/ca.crt`]: 'a certificate' };
  const configMap = 'GET https://10.100.0.1:443/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info';

  test('a pod that may read the name of the cluster, on an instance', async (t) => {
    const { request } = await startMetadataServer(t, {
      ...ec2,
      [configMap]: ({ headers }) =>
        headers.authorization === `Bearer ${token}` ? '{"data":{"cluster.name":"prod"}}' : undefined,
    });
    assert.deepEqual(await detectAll(aws, { env, files: { ...files, ...nitro }, request }), {
      ...instance,
      'cloud.platform': 'aws_eks',
      'k8s.cluster.name': 'prod',
    });
  });

  test('a pod of another issuer is none of EKS', async () => {
    const foreign = { ...files, [`${account}/token`]: `${jwt('https://kubernetes.default.svc')}.c2ln` };
    assert.deepEqual(await detectAll(aws, { env, files: foreign }), {});
  });

  test('a pod without a token, by its identity', async () => {
    const found = await detectAll(aws, {
      env: {
        ...env,
        AWS_REGION: 'eu-west-1',
        AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
      },
    });
    assert.deepEqual(found, {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_eks',
      'cloud.region': 'eu-west-1',
    });
  });
});

test('Lambda asks nobody', async () => {
  const found = await detectAll(aws, {
    env: {
      AWS_LAMBDA_FUNCTION_NAME: 'checkout',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/checkout',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/22/[7]0123',
      AWS_REGION: 'us-east-1',
    },
    files: nitro,
  });
  assert.deepEqual(found, {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_lambda',
    'cloud.region': 'us-east-1',
    'service.name': 'checkout',
    'faas.name': 'checkout',
    'faas.version': '7',
    'faas.instance': '2026/11/22/[7]0123',
    'faas.max_memory': 134_217_728,
    'aws.log.group.names': ['/aws/lambda/checkout'],
  });
});

test('Elastic Beanstalk', async (t) => {
  const { request } = await startMetadataServer(t, ec2);
  const found = await detectAll(aws, {
    files: {
      ...nitro,
      '/var/elasticbeanstalk/xray/environment.conf':
        '{"deployment_id":23,"version_label":"v-23","environment_name":"shop-prod"}',
    },
    request,
  });
  assert.deepEqual(found, {
    ...instance,
    'cloud.platform': 'aws_elastic_beanstalk',
    'service.namespace': 'shop-prod',
    'service.version': 'v-23',
  });
});
