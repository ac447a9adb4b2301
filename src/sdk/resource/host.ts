import { arch } from 'node:os';
import { containerId } from './container';
import type { Detector, Surroundings } from './detector';
import { isInKubernetes } from './k8s';

/** `host.*` (semantic conventions, "Host"). */
export const host: Detector = (surroundings) => ({
  attributes: {
    'host.name': surroundings.hostname,
    'host.arch': hostArch(arch()),
    // In a container it is a file of the image, and the same in all containers made of it.
    'host.id':
      isInKubernetes(surroundings) || containerId(surroundings) ? undefined : machineId(surroundings),
  },
});

/** machine-id(5): 32 hexadecimal digits; it says `uninitialized` during the first boot. */
function machineId({ readFile }: Surroundings): string | undefined {
  const files = ['/etc/machine-id', '/var/lib/dbus/machine-id'];
  return files.map(readFile).find((text) => /^[0-9a-f]{32}$/.test(text ?? ''));
}

/** Values of `host.arch`. */
function hostArch(nodeArch: string): string {
  return { x64: 'amd64', ia32: 'x86', arm: 'arm32', ppc: 'ppc32' }[nodeArch] ?? nodeArch;
}
