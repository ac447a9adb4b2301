import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { detectResource } from '../../../src/sdk/resource';

describe('the resource', () => {
  const [, originalScript] = process.argv as [string, string];
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'otel-instrument-resource-'));
    mkdirSync(join(directory, 'src'));
    process.argv[1] = join(directory, 'src/app.js');
    writeFileSync(process.argv[1], '');
  });
  afterEach(() => {
    process.argv[1] = originalScript;
    rmSync(directory, { recursive: true });
  });
  const detect = (serviceName?: string, attributes: Record<string, string> = {}) =>
    detectResource({ serviceName, attributes, distroVersion: '1.2.3' });
  const manifest = (content: string, where = '') =>
    writeFileSync(join(directory, where, 'package.json'), content);

  test('describes process, host and distribution', () => {
    const resource = detect('shop');
    assert.equal(resource['service.name'], 'shop');
    assert.match(
      String(resource['service.instance.id']),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.notEqual(detect()['service.instance.id'], resource['service.instance.id']);
    assert.equal(resource['telemetry.distro.version'], '1.2.3');
    assert.equal(resource['process.pid'], process.pid);
    assert.equal(resource['process.runtime.version'], process.versions.node);
    assert.equal('process.command_args' in resource, false, 'arguments hold secrets');
  });
  test('takes name and version from the nearest manifest that has a name', () => {
    manifest('{ "name": "@acme/shop", "version": "4.5.6" }');
    manifest('{ "type": "module" }', 'src');
    const resource = detect();
    assert.deepEqual([resource['service.name'], resource['service.version']], ['@acme/shop', '4.5.6']);
  });
  const order: readonly [name: string | undefined, attribute: string | undefined, expected: string][] = [
    ['a', 'b', 'a'],
    [undefined, 'b', 'b'],
    [undefined, '', 'from-manifest'],
    [undefined, undefined, 'from-manifest'],
  ];
  for (const [name, attribute, expected] of order) {
    test(`OTEL_SERVICE_NAME ${name}, service.name ${attribute}`, () => {
      manifest('{ "name": "from-manifest", "version": "1" }');
      const resource = detect(name, attribute === undefined ? {} : { 'service.name': attribute });
      assert.equal(resource['service.name'], expected);
      assert.equal(resource['service.version'], expected === 'from-manifest' ? '1' : undefined);
    });
  }
  test('attributes of the user win', () =>
    assert.equal(detect('a', { 'host.name': 'mine', 'service.instance.id': '7' })['host.name'], 'mine'));
  for (const content of ['{', '{ "name": 7 }', '[]', 'null', ''])
    test(`a manifest of ${content || 'nothing'}`, () => {
      manifest(content);
      assert.match(String(detect()['service.name']), /^unknown_service:node/);
    });
  test('without a script', () => {
    process.argv.length = 1;
    assert.match(String(detect()['service.name']), /^unknown_service:node/);
  });
});
