import type { Attributes } from '@opentelemetry/api';
import { version } from '../../package.json';
import type { Config } from '../config/config';

/** The resource of this process, found out once, when it is first asked for. */
export function lazyResource({ resource }: Config): () => Attributes {
  let detected: Attributes | undefined;
  return () => {
    const { detectResource } = require('../sdk/resource') as typeof import('../sdk/resource');
    detected ??= detectResource({ ...resource, distroVersion: version });
    return detected;
  };
}
