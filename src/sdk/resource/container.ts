import type { Detector, Surroundings } from './detector';

/** `container.id` (semantic conventions, "Container"), as the kernel's control groups and mounts tell it. */
export const container: Detector = (surroundings) => {
  const id = containerId(surroundings);
  return id === undefined ? undefined : { attributes: { 'container.id': id } };
};

/** The id of the container that the process runs in; under containerd with control groups v2, nothing in it tells. */
export function containerId({ platform, readFile }: Surroundings): string | undefined {
  if (platform !== 'linux') return undefined;
  return fromControlGroups(readFile('/proc/self/cgroup')) ?? fromMounts(readFile('/proc/self/mountinfo'));
}

/** The last part of a path, between a runtime's prefix and a unit's suffix: `docker-<id>.scope`. Fargate's ids are `<32 digits>-<10 digits>`. */
const lastPart = /[/:-]([0-9a-f]{64}|[0-9a-f]{32}-[0-9]{8,10})(?:\.scope)?$/m;

/** v1, or v2 where the container sees the host's namespace of control groups. */
function fromControlGroups(text = ''): string | undefined {
  return lastPart.exec(text)?.[1];
}

/**
 * v2: where the container's `/etc/hostname` really lies, with Docker `/var/lib/docker/containers/<id>/hostname`, with Podman and CRI-O
 * `…/overlay-containers/<id>/userdata/hostname`. Under containerd it is `…/sandboxes/<id>/hostname`, which is the pod's and no container's.
 */
const hostnameMount = /\/(?:overlay-)?containers\/([0-9a-f]{64})\/(?:userdata\/)?hostname /;

function fromMounts(text = ''): string | undefined {
  return hostnameMount.exec(text)?.[1];
}
