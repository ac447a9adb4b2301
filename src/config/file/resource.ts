import type { ResourceConfig } from '../config';
import { general } from '../settings/general';
import type { Tree } from './read-config-file';
import type { OpenFile, Variables } from './variables';

/** Sets the variables for what the file says of the resource; typed attributes are for {@link readResource}. */
export function setResource(file: OpenFile, variables: Variables, env: NodeJS.ProcessEnv): void {
  const {
    attributes_list: list,
    schema_url: schemaUrl,
    'detection/development': detection,
  } = (file.tree.resource ?? {}) as Tree;
  variables.set(general.resourceAttributes.name, list, ['resource', 'attributes_list']);
  if (schemaUrl) file.unsupported(['resource', 'schema_url']);
  const path = ['resource', 'detection/development'];
  file.unsupportedExcept(detection, path, ['detectors', 'attributes']);
  const detectors = ((detection?.detectors ?? []) as Tree[]).map((each) => Object.keys(each)[0]!);
  // The schema gives this variable to this detector.
  if (detectors.includes('service'))
    variables.set(general.serviceName.name, env[general.serviceName.name], path);
  variables.set('OTEL_NODE_RESOURCE_DETECTORS', detectors.join() || 'none', [...path, 'detectors']);
}

/** `resource.attributes` over those of `attributes_list`; both know the service better than its detector. */
export function readResource(tree: Tree, base: ResourceConfig): ResourceConfig {
  const attributes: Record<string, any> = Object.assign(Object.create(null), base.attributes);
  for (const { name, value, type } of (tree.resource?.attributes ?? []) as Tree[]) {
    if (value !== null) attributes[name] = type === 'string' ? String(value) : value;
  }
  const detectedKeys = tree.resource?.['detection/development']?.attributes;
  return {
    ...base,
    ...(detectedKeys && { detectedKeys }),
    attributes,
    serviceName: attributes['service.name'] ? undefined : base.serviceName,
  };
}
