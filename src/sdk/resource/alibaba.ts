import type { Detector } from './detector';

const metadata = 'http://100.100.100.200/latest';

/**
 * Alibaba Cloud's Elastic Compute Service.
 * @see https://www.alibabacloud.com/help/ecs/user-guide/view-instance-metadata
 */
export const alibaba: Detector = ({ readFile, request }) => {
  if (!readFile('/sys/class/dmi/id/product_name')?.startsWith('Alibaba Cloud')) return undefined;
  return {
    attributes: { 'cloud.provider': 'alibaba_cloud', 'cloud.platform': 'alibaba_cloud_ecs' },
    lookUp: () => [
      request(`${metadata}/dynamic/instance-identity/document`).then((answer) => {
        const document = JSON.parse(answer);
        return {
          'cloud.account.id': document['owner-account-id'],
          'cloud.region': document['region-id'],
          'cloud.availability_zone': document['zone-id'],
          'host.id': document['instance-id'],
          'host.type': document['instance-type'],
          'host.image.id': document['image-id'],
        };
      }),
      request(`${metadata}/meta-data/hostname`).then((name) => ({ 'host.name': name })),
    ],
  };
};
