import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalFlag } from '../../../src/cli/flags';
import { libraries } from '../../../src/cli/libraries';
import { deprecatedConfigFile } from '../../../src/config/before-start';
import { allSettings } from '../../../src/config/settings';
import { optionSettings } from '../../../src/config/settings/options';

const root = join(__dirname, '../../..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
const settings = [...allSettings, ...optionSettings(libraries)];

/** Named, but not read: an example of a mistake, and variables of the operator for Kubernetes. */
const others = [
  'OTEL_SERVIC_NAME',
  'OTEL_POD_IP',
  'OTEL_NODE_IP',
  'OTEL_RESOURCE_ATTRIBUTES_POD_NAME',
  'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME',
  deprecatedConfigFile,
];
const names = new Set([...settings.flatMap(({ name, aliases = [] }) => [name, ...aliases]), ...others]);
const flags = new Set(settings.map(({ name }) => `--${canonicalFlag(name)}`));

for (const page of pages) {
  test(`${page} names only settings that there are`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    const variables = text.match(/\bOTEL_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_<*])/g) ?? [];
    assert.deepEqual(
      [...new Set(variables)].filter((name) => !names.has(name)),
      [],
    );
    // Flags of the launcher have underscores; those of other programs do not.
    const used = text.match(/(?<=otel-instrument .*)--[a-z]+_[a-z_]+/g) ?? [];
    assert.deepEqual(
      used.filter((flag) => !flags.has(flag)),
      [],
    );
  });
}
