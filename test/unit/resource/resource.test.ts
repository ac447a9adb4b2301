import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entityList } from '../../../src/config/parsers';
import type { DetectorName } from '../../../src/config/resource-detectors';
import { entityRefsOf, isResourceComplete, whenResourceComplete } from '../../../src/model/resource';
import { detectors, detectResource, type ResourceOptions } from '../../../src/sdk/resource';
import type { Surroundings } from '../../../src/sdk/resource/detector';
import { type Fake, fakeSurroundings } from './fake-surroundings';

const all = Object.keys(detectors) as DetectorName[];

function detect(options: Partial<ResourceOptions> = {}, fake: Fake = {}) {
  return detectResource(
    {
      serviceName: undefined,
      attributes: {},
      detectors: all,
      lookupTimeoutMillis: 1000,
      distroVersion: '1.2.3',
      ...options,
    },
    fakeSurroundings(fake),
  );
}

const machineId = '3d1219c7c4c5404aaa1f6d2a48adfda4';
const ec2Files = { '/sys/class/dmi/id/sys_vendor': 'Amazon EC2' };

describe('the resource', () => {
  test('without detectors: what the specification asks for, and what the user said', () =>
    assert.deepEqual(detect({ detectors: [], attributes: { team: 'blue' } }), {
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': '1.2.3',
      'telemetry.distro.name': 'otel-instrument',
      'telemetry.distro.version': '1.2.3',
      team: 'blue',
      'service.name': 'unknown_service:node',
    }));

  test('the same keys on every machine where nothing special is found', () =>
    assert.deepEqual(Object.keys(detect()).sort(), [
      'host.arch',
      'host.name',
      'os.type',
      'os.version',
      'process.command',
      'process.command_args',
      'process.executable.name',
      'process.executable.path',
      'process.pid',
      'process.runtime.description',
      'process.runtime.name',
      'process.runtime.version',
      'service.instance.id',
      'service.name',
      'telemetry.distro.name',
      'telemetry.distro.version',
      'telemetry.sdk.language',
      'telemetry.sdk.name',
      'telemetry.sdk.version',
    ]));

  test('attributes of the user win', () => {
    const resource = detect({ attributes: { 'host.name': 'mine', 'service.instance.id': '7' } });
    assert.deepEqual([resource['host.name'], resource['service.instance.id']], ['mine', '7']);
  });

  const { entities } = entityList.parse(
    'host{host.id=1}[host.name=outside];service{service.name=pay}[service.version=2,team=red]',
  ).value!;

  test('entities know better than detectors', () => {
    const resource = detect({ entities });
    assert.deepEqual(
      ['host.id', 'host.name', 'service.name', 'service.version'].map((key) => resource[key]),
      ['1', 'outside', 'pay', '2'],
    );
    assert.deepEqual(entityRefsOf(resource), [
      { type: 'host', idKeys: ['host.id'], descriptionKeys: ['host.name'], schemaUrl: undefined },
      {
        type: 'service',
        idKeys: ['service.name'],
        descriptionKeys: ['service.version', 'team'],
        schemaUrl: undefined,
      },
    ]);
  });

  test('the user knows better than entities: a description may be another, an identity is of another entity', () => {
    const resource = detect({ entities, serviceName: 'shop', attributes: { 'host.name': 'mine' } });
    assert.deepEqual(
      ['host.id', 'host.name', 'service.name', 'service.version', 'team'].map((key) => resource[key]),
      ['1', 'mine', 'shop', undefined, undefined],
    );
    assert.deepEqual(entityRefsOf(resource), [
      { type: 'host', idKeys: ['host.id'], descriptionKeys: [], schemaUrl: undefined },
    ]);
  });

  const lambda = { AWS_LAMBDA_FUNCTION_NAME: 'from-lambda' };
  const manifest = { '/srv/app/package.json': '{ "name": "from-manifest", "version": "1" }' };
  const order: readonly [
    name: string | undefined,
    attribute: string | undefined,
    fake: Fake,
    expected: string,
  ][] = [
    ['a', 'b', { files: manifest, env: lambda }, 'a'],
    [undefined, 'b', { files: manifest, env: lambda }, 'b'],
    [undefined, '', { files: manifest, env: lambda }, 'from-lambda'],
    [undefined, undefined, { files: manifest }, 'from-manifest'],
    [undefined, undefined, {}, 'unknown_service:node'],
  ];
  for (const [serviceName, attribute, fake, expected] of order) {
    test(`OTEL_SERVICE_NAME ${serviceName}, service.name ${attribute}: ${expected}`, () => {
      const attributes = attribute === undefined ? {} : { 'service.name': attribute };
      assert.equal(detect({ serviceName, attributes }, fake)['service.name'], expected);
    });
  }

  test('a detector that fails costs its own attributes', () => {
    const files = { '/var/elasticbeanstalk/xray/environment.conf': '{', '/etc/machine-id': machineId };
    assert.equal(detect({}, { files })['host.id'], machineId);
  });
});

describe('what is looked up', () => {
  const identity = JSON.stringify({ region: 'us-west-2', instanceId: 'i-1' });

  /** EC2's metadata, answered when the test says so. */
  function slowMetadata(): { request: Surroundings['request']; answer: () => void } {
    const waiting: (() => void)[] = [];
    return {
      answer: () => waiting.splice(0).forEach((each) => void each()),
      request: (url) => {
        if (url.endsWith('/token')) return Promise.resolve('t');
        const body = url.endsWith('/document') ? identity : 'ip-10-0-0-1';
        return new Promise((resolve) => waiting.push(() => resolve(body)));
      },
    };
  }

  test('joins the same object before the resource is complete, and the user still wins', async () => {
    const { request, answer } = slowMetadata();
    const resource = detect({ attributes: { 'host.name': 'mine' } }, { files: ec2Files, request });
    assert.equal(isResourceComplete(), false);
    assert.deepEqual([resource['cloud.platform'], resource['cloud.region']], ['aws_ec2', undefined]);
    const completed = new Promise<void>((resolve) => whenResourceComplete(resolve));
    setImmediate(answer);
    await completed;
    assert.equal(isResourceComplete(), true);
    assert.deepEqual(
      [resource['cloud.region'], resource['host.id'], resource['host.name']],
      ['us-west-2', 'i-1', 'mine'],
    );
  });

  test('is left out when the time is over, and what comes later is not taken', async () => {
    const { request, answer } = slowMetadata();
    const resource = detect({ lookupTimeoutMillis: 20 }, { files: ec2Files, request });
    // The timer does not keep this process alive.
    const alive = setTimeout(() => {}, 10_000);
    await new Promise<void>((resolve) => whenResourceComplete(resolve));
    clearTimeout(alive);
    const before = { ...resource };
    answer();
    await new Promise(setImmediate);
    assert.deepEqual(resource, before);
    assert.equal('cloud.region' in resource, false);
  });

  test('an answer that fails costs its own attributes', async () => {
    const request: Surroundings['request'] = async (url) => {
      if (url.endsWith('/document')) throw new Error('503');
      return 'name';
    };
    const resource = detect({}, { files: ec2Files, request });
    await new Promise<void>((resolve) => whenResourceComplete(resolve));
    assert.deepEqual([resource['host.name'], resource['cloud.region']], ['name', undefined]);
  });

  test('nothing is asked with a timeout of 0, and the resource is complete at once', () => {
    assert.equal(detect({ lookupTimeoutMillis: 0 }, { files: ec2Files })['cloud.provider'], 'aws');
    assert.equal(isResourceComplete(), true);
  });

  test('a function that waits twice is called once', async () => {
    const { request, answer } = slowMetadata();
    detect({}, { files: ec2Files, request });
    let calls = 0;
    const count = () => calls++;
    whenResourceComplete(count);
    whenResourceComplete(count);
    const completed = new Promise<void>((resolve) => whenResourceComplete(resolve));
    setImmediate(answer);
    await completed;
    assert.equal(calls, 1);
  });
});
