import type { AttributeValue, ResourceConfig } from '../config';
import { general } from '../settings/general';
import type { Path, Tree } from './read-config-file';
import type { OpenFile, Variables } from './variables';

/** Sets the variables for what the file says of the resource; typed attributes are for {@link readResource}. */
export function setResource(file: OpenFile, variables: Variables, env: NodeJS.ProcessEnv): void {
  const { attributes_list: list, 'detection/development': detection } = (file.tree.resource ?? {}) as Tree;
  variables.set(general.resourceAttributes.name, list, ['resource', 'attributes_list']);
  const path = ['resource', 'detection/development'];
  const detectors = ((detection?.detectors ?? []) as Tree[]).map((each, index) => {
    const [name, options] = Object.entries<Tree | null>(each)[0]!;
    file.unsupportedExcept(options, [...path, 'detectors', index, name], []);
    return name;
  });
  // The schema gives this variable to this detector.
  if (detectors.includes('service'))
    variables.set(general.serviceName.name, env[general.serviceName.name], path);
  variables.set('OTEL_NODE_RESOURCE_DETECTORS', detectors.join() || 'none', [...path, 'detectors']);
}

/** `resource.attributes` over those of `attributes_list`; both know the service better than its detector. */
export function readResource(file: OpenFile, base: ResourceConfig): ResourceConfig {
  const { attributes: list = [], schema_url: schemaUrl, ...rest } = (file.tree.resource ?? {}) as Tree;
  const attributes: Record<string, AttributeValue> = Object.assign(Object.create(null), base.attributes);
  for (const [index, { name, value, type }] of (list as Tree[]).entries()) {
    const typed =
      value === null ? undefined : typedValue(file, value, type, ['resource', 'attributes', index]);
    if (typed !== undefined) attributes[name] = typed;
  }
  const detectedKeys = rest['detection/development']?.attributes;
  return {
    ...base,
    ...(detectedKeys && { detectedKeys }),
    ...(schemaUrl && { schemaUrl }),
    attributes,
    serviceName: attributes['service.name'] ? undefined : base.serviceName,
  };
}

/** Without a type, the value has the one that it has in YAML. Of a value of another type there is a complaint. */
function typedValue(
  file: OpenFile,
  value: AttributeValue,
  type: string | null | undefined,
  path: Path,
): AttributeValue | undefined {
  if (!type) return value;
  const [kind = '', array] = type.split('_');
  if (kind === 'string') return array ? [value].flat().map(String) : String(value);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) !== (array !== undefined) || !items.every(isOf[kind]!)) {
    file.complaints.push(
      `${file.place([...path, 'value'])}: expected ${type}, got ${JSON.stringify(value)}; ignoring it`,
    );
    return undefined;
  }
  if (kind !== 'double') return value;
  return array ? (items.map(Object) as number[]) : (Object(value) as number);
}

const isOf: Readonly<Record<string, (item: unknown) => boolean>> = {
  bool: (item) => typeof item === 'boolean',
  int: Number.isInteger,
  double: (item) => typeof item === 'number',
};

/** The other way. */
export function writeAttribute(name: string, value: unknown): Tree {
  const isDouble = [value].flat().some((item) => item instanceof Number);
  if (!isDouble) return { name, value };
  return Array.isArray(value)
    ? { name, value: value.map(Number), type: 'double_array' }
    : { name, value: Number(value), type: 'double' };
}
