import type { Attributes } from '@opentelemetry/api';
import { version } from '../../package.json';
import type { Config } from '../config/config';
import { environment } from '../config/environment';
import { setSchemaUrl } from '../model/resource';
import { detached } from '../model/timers';

/**
 * The resource of this process, found out when it is first asked for. What a metadata service still has to say is added to the same object later, before
 * the first export: see src/model/resource.ts.
 */
export function lazyResource({ resource }: Config): () => Attributes {
  let detected: Attributes | undefined;
  return () => {
    detected ??= detached(() => detect(resource));
    return detected;
  };
}

function detect(config: Config['resource']): Attributes {
  const { detectResource } = require('../sdk/resource/index') as typeof import('../sdk/resource/index');
  const { createSurroundings } =
    require('../sdk/resource/surroundings') as typeof import('../sdk/resource/surroundings');
  const { releaseLoop } =
    require('../export/transport/release-loop') as typeof import('../export/transport/release-loop');
  const resource = detectResource(
    { ...config, distroVersion: version },
    createSurroundings(environment(), releaseLoop),
  );
  if (config.schemaUrl) setSchemaUrl(resource, config.schemaUrl);
  return resource;
}
