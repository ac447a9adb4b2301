import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { describe, test } from 'node:test';
import { container } from '../../../src/sdk/resource/container';
import { host } from '../../../src/sdk/resource/host';
import { os } from '../../../src/sdk/resource/os';
import { process_ } from '../../../src/sdk/resource/process';
import { serviceInstance } from '../../../src/sdk/resource/service-instance';
import { createSurroundings } from '../../../src/sdk/resource/surroundings';
import { detectAll, fakeSurroundings } from './fake-surroundings';

const id = 'd86d75589bf6cc254f3e2cc29debdf85dde404998aa128997a819ff991827356';
const other = '0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9';

describe('container', () => {
  const cgroups: readonly [name: string, line: string, expected: string | undefined][] = [
    ['docker', `13:name=systemd:/docker/${id}`, id],
    ['docker under systemd', `0::/system.slice/docker-${id}.scope`, id],
    [
      'containerd under kubernetes',
      `1:cpu:/kubepods/burstable/pod9d29ba2b-0d4b-4aa1-9b1e-f1b6ea5b4dc2/${id}`,
      id,
    ],
    [
      'containerd under systemd',
      `11:cpu:/kubepods.slice/kubepods-pod9d29ba2b.slice/cri-containerd-${id}.scope`,
      id,
    ],
    [
      'containerd with the slice in the name',
      `11:cpu:/system.slice/containerd.service/kubepods-pod9d29.slice:cri-containerd:${id}`,
      id,
    ],
    ['cri-o', `0::/kubepods.slice/crio-${id}.scope`, id],
    ['podman', `0::/machine.slice/libpod-${id}.scope`, id],
    ['ecs on ec2', `9:memory:/ecs/55091c13-b8cf-4801-b527-f4601742204d/${id}`, id],
    [
      'fargate',
      '1:name=systemd:/ecs/158d1c8083dd49d6b527399fd6414f5c/158d1c8083dd49d6b527399fd6414f5c-2495160603',
      '158d1c8083dd49d6b527399fd6414f5c-2495160603',
    ],
    ['a user session', '0::/user.slice/user-1000.slice/session-3.scope', undefined],
    ['32 digits that are no id', '4:memory:/process_api/2ec6ea569a9acb3e5a06aef6518df4bc', undefined],
    ['v2 in its own namespace', '0::/', undefined],
  ];
  for (const [name, line, expected] of cgroups) {
    test(`control group of ${name}`, async () => {
      const files = { '/proc/self/cgroup': `12:rdma:/\n${line}\n` };
      assert.equal((await detectAll(container, { files }))['container.id'], expected);
    });
  }

  const mounts: readonly [name: string, line: string, expected: string | undefined][] = [
    [
      'docker',
      `1 2 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`,
      id,
    ],
    [
      'docker with another root',
      `1 2 0:3 /data/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda1 rw`,
      id,
    ],
    [
      'podman',
      `1 2 0:3 /containers/storage/overlay-containers/${id}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw`,
      id,
    ],
    [
      'containerd, which knows the pod only',
      `1 2 0:3 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${other}/hostname /etc/hostname rw - ext4 /dev/sda rw`,
      undefined,
    ],
  ];
  for (const [name, line, expected] of mounts) {
    test(`mounts of ${name}`, async () => {
      const files = {
        '/proc/self/cgroup': '0::/',
        '/proc/self/mountinfo': `0 1 0:1 / / rw - overlay overlay rw\n${line}\n`,
      };
      assert.equal((await detectAll(container, { files }))['container.id'], expected);
    });
  }
});

describe('host', () => {
  const machineId = '3d1219c7c4c5404aaa1f6d2a48adfda4';
  test('name, architecture and machine id', async () => {
    const found = await detectAll(host, { files: { '/etc/machine-id': `${machineId}\n` } });
    assert.deepEqual(found, {
      'host.name': 'machine',
      'host.arch': { x64: 'amd64', arm64: 'arm64' }[process.arch as string],
      'host.id': machineId,
    });
  });
  test("D-Bus' machine id where systemd has none", async () => {
    const found = await detectAll(host, { files: { '/var/lib/dbus/machine-id': machineId } });
    assert.equal(found['host.id'], machineId);
  });
  test('no machine id before there is one', async () => {
    assert.equal(
      'host.id' in (await detectAll(host, { files: { '/etc/machine-id': 'uninitialized' } })),
      false,
    );
  });
  test('no machine id in a container or a pod, where it belongs to the image', async () => {
    const files = { '/etc/machine-id': machineId };
    const inContainer = { ...files, '/proc/self/cgroup': `0::/docker/${id}` };
    assert.equal('host.id' in (await detectAll(host, { files: inContainer })), false);
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    assert.equal('host.id' in (await detectAll(host, { files, env })), false);
  });
});

test('os', async () => {
  const found = await detectAll(os, {});
  assert.deepEqual(Object.keys(found), ['os.type', 'os.version']);
  assert.equal(found['os.type'], process.platform);
});

describe('process', () => {
  test('the running one', async (t) => {
    if (process.platform !== 'linux') return t.skip('owners come from /etc/passwd on Linux');
    const found = process_(createSurroundings({}, () => {}))!.attributes;
    assert.equal(found['process.pid'], process.pid);
    assert.equal(found['process.runtime.version'], process.versions.node);
    assert.equal(found['process.owner'], userInfo().username);
  });
  test('arguments are redacted', async () => {
    const argv = ['/usr/bin/node', '/srv/app/main.js', '--port=80', '--password', 'hunter2'];
    const found = await detectAll(process_, { argv });
    assert.equal(found['process.command'], '/srv/app/main.js');
    const args = found['process.command_args'] as string[];
    assert.deepEqual(args.slice(-4), ['/srv/app/main.js', '--port=80', '--password', 'REDACTED']);
  });
  test('an owner without an entry is left out', async () => {
    const files = { '/etc/passwd': 'somebody:x:4294967294:1::/:/bin/sh' };
    assert.equal('process.owner' in (await detectAll(process_, { files })), false);
  });
});

test('service instance: a new version 4 UUID each time', () => {
  const newId = () => String(serviceInstance(fakeSurroundings())!.attributes['service.instance.id']);
  assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(newId(), newId());
});

test('the real surroundings', () => {
  const surroundings = createSurroundings({ A: 'b' }, () => {});
  assert.equal(surroundings.hostname, hostname());
  assert.equal(surroundings.env.A, 'b');
  assert.equal(surroundings.readFile('/no/such/file'), undefined);
  assert.equal(surroundings.readFile(__dirname), undefined);
  assert.match(surroundings.readFile(__filename)!, /^import assert/);
  assert.equal(surroundings.realPath('/no/such/file'), '/no/such/file');
});
