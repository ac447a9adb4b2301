import type { Config } from '../config';
import { general } from '../settings/general';
import type { Path, Tree } from './read-config-file';
import { createVariables, type OpenFile } from './variables';

/** The propagators of `composite`, then those of `composite_list`, each once; without the key there are none. */
export function readPropagators(file: OpenFile): Pick<Config, 'propagators' | 'propagatorsSet'> {
  const { composite, composite_list: list } = (file.tree.propagator ?? {}) as Tree;
  const places = new Map<string, Path>();
  ((composite ?? []) as Tree[]).forEach((each, index) => {
    const [name, options] = Object.entries<Tree | null>(each)[0]!;
    const path = ['propagator', 'composite', index, name];
    file.unsupportedExcept(options, path, []);
    places.set(name, path);
  });
  for (const name of ((list ?? '') as string).split(',').map((each) => each.trim()))
    if (!places.has(name) && name !== '') places.set(name, ['propagator', 'composite_list']);

  const { parser, name: variable } = general.propagators;
  const names = [...places.keys()].filter((name) => {
    const isKnown = name === 'none' || parser.parse(name).problem === undefined;
    const place = places.get(name)!;
    if (!isKnown) file.unsupported(place, place.at(-1) === name ? undefined : name);
    return isKnown && name !== 'none';
  });
  if (names.length === 0) return { propagators: [], propagatorsSet: false };
  const variables = createVariables(file);
  variables.set(variable, names, ['propagator']);
  return { propagators: variables.reader.read(general.propagators), propagatorsSet: true };
}
