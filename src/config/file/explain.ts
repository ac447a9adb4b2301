import { type ExplainedSetting, type Explanation, groupsWith, shownValue, withoutSecrets } from '../explain';
import type { DeclaresOptions } from '../settings/options';
import { type LoadedFile, loadConfigFile } from './load';
import { pathText } from './path-text';
import { placeOf } from './places';
import type { Path } from './read-config-file';

/** What a configuration file says, and the settings that it could say and does not. */
export function explainFile(env: NodeJS.ProcessEnv, declared: readonly DeclaresOptions[]): Explanation {
  const loaded = loadConfigFile(env, declared);
  const { config, complaints, file } = loaded;
  const groups = file
    ? [
        { title: loaded.fileName, rows: leaves(file.tree, []).map(explainLeaf) },
        ...defaults(loaded, declared),
      ]
    : [];
  return { config, complaints, groups, read: loaded.read, loaded };

  function explainLeaf([path, value]: Leaf): ExplainedSetting {
    return {
      name: pathText(path),
      value: hidden(path, value),
      source: `${loaded.fileName}:${file!.lineOf(path)}`,
    };
  }
}

type Leaf = readonly [path: Path, value: unknown];

/** Every scalar, with its path; a mapping or a list without any is one too. */
function leaves(value: unknown, path: Path): Leaf[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value);
  return entries.length === 0
    ? [[path, value]]
    : entries.flatMap(([key, each]) => leaves(each, [...path, key]));
}

/** Values of headers, wherever they stand. */
function hidden(path: Path, value: unknown): unknown {
  const isHeader = path.at(-1) === 'headers_list' || (path.at(-3) === 'headers' && path.at(-1) === 'value');
  return isHeader && value !== null ? 'REDACTED' : withoutSecrets(value);
}

function defaults({ places, read }: LoadedFile, declared: readonly DeclaresOptions[]): Explanation['groups'] {
  return groupsWith(declared)
    .map(({ title, settings }) => ({
      title,
      rows: settings.flatMap((setting): ExplainedSetting[] => {
        const place = placeOf(setting.name, declared);
        if (place === undefined || places!.has(setting.name)) return [];
        return [{ name: pathText(place), value: shownValue(setting, read(setting)), source: 'default' }];
      }),
    }))
    .filter(({ rows }) => rows.length > 0);
}
