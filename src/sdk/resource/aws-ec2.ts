import type { Detected, Detection, Detector, Surroundings } from './detector';

const dmi = '/sys/class/dmi/id';

/**
 * EC2. The hardware tells whether this is an instance, and on newer types which one; the rest is looked up from the instance metadata service, version 2.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
 */
export const ec2: Detector = (surroundings): Detection | undefined => {
  if (!isInstance(surroundings)) return undefined;
  const { env, readFile } = surroundings;
  const [instance, type] = [readFile(`${dmi}/board_asset_tag`), readFile(`${dmi}/product_name`)];
  return {
    attributes: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      'host.id': instance?.startsWith('i-') ? instance : undefined,
      'host.type': type?.includes('.') && !type.includes(' ') && !type.startsWith('HVM') ? type : undefined,
    },
    ...(env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true'
      ? undefined
      : { lookUp: () => lookUp(surroundings) }),
  };
};

function isInstance({ readFile }: Surroundings): boolean {
  return (
    readFile(`${dmi}/sys_vendor`) === 'Amazon EC2' ||
    readFile(`${dmi}/bios_version`)?.includes('amazon') === true ||
    readFile('/sys/hypervisor/uuid')?.startsWith('ec2') === true
  );
}

function lookUp({ env, request }: Surroundings): Promise<Detected>[] {
  const base = env.AWS_EC2_METADATA_SERVICE_ENDPOINT?.replace(/\/+$/, '') || 'http://169.254.169.254';
  const token = request(`${base}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  const get = async (path: string) =>
    request(base + path, { headers: { 'x-aws-ec2-metadata-token': await token } });
  return [
    get('/latest/dynamic/instance-identity/document').then((document) => fromIdentity(JSON.parse(document))),
    get('/latest/meta-data/hostname').then((name) => ({ 'host.name': name })),
  ];
}

function fromIdentity(document: Record<string, string>): Detected {
  return {
    'cloud.account.id': document.accountId,
    'cloud.region': document.region,
    'cloud.availability_zone': document.availabilityZone,
    'host.id': document.instanceId,
    'host.type': document.instanceType,
    'host.image.id': document.imageId,
  };
}
