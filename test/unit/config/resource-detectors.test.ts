import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorNames, resourceDetectors } from '../../../src/config/resource-detectors';
import { detectors } from '../../../src/sdk/resource';

const cases: readonly [text: string, value: readonly string[] | undefined, problem?: RegExp][] = [
  ['all', detectorNames],
  ['none', []],
  ['env', []],
  ['os', ['os']],
  // Old names of other agents, and the new ones, by which a host has an operating system.
  [
    'env,host,os,process,serviceinstance,container',
    ['host', 'os', 'process', 'serviceinstance', 'container'],
  ],
  ['service,host', ['host', 'os', 'serviceinstance', 'build']],
  ['GCP, aws,gcp', ['aws', 'gcp']],
  ['kubernetes', ['k8s']],
  ['hosts,aws', ['aws'], /^expected a list of .* or none, got "hosts" \(meant host\?\)$/],
  ['express,http', undefined, /^expected a list of .* or none, got "express,http"$/],
  ['contaner', undefined, /got "contaner" \(meant container\?\)$/],
  ['toString', undefined, /got "tostring"/],
  [',', undefined, /got ","/],
];
for (const [text, value, problem] of cases) {
  test(text, () => {
    const parsed = resourceDetectors.parse(text);
    assert.deepEqual(parsed.value, value);
    if (problem) assert.match(parsed.problem!, problem);
    else assert.equal(parsed.problem, undefined);
  });
}

test('every name has a detector', () =>
  assert.deepEqual(Object.keys(detectors).sort(), [...detectorNames].sort()));
