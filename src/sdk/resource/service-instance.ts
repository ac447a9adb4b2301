import { newIdentity } from '../trace/ids';
import type { Detector } from './detector';

/** `service.instance.id`: new for each process and worker thread, since streams of metrics with the same resource must have one writer. */
export const serviceInstance: Detector = () => ({ attributes: { 'service.instance.id': newUuid() } });

/** A random UUID (RFC 9562, version 4) from the same source as trace ids. */
function newUuid(): string {
  const { traceId: hex, word1 } = newIdentity();
  const variant = '89ab'[word1 & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
