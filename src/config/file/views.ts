import type { AggregationConfig, ViewConfig } from '../config';
import type { Tree } from './read-config-file';

/** The views of the file; the configuration has the same parts, in our spelling. */
export function readViews(tree: Tree): ViewConfig[] {
  return ((tree.meter_provider?.views ?? []) as Tree[]).map(({ selector, stream }) => {
    const {
      aggregation,
      attribute_keys: attributeKeys,
      aggregation_cardinality_limit: limit,
      ...texts
    } = stream;
    return {
      selector: camelCased(selector),
      stream: {
        ...camelCased(texts),
        ...(attributeKeys && { attributeKeys }),
        ...(typeof limit === 'number' && { cardinalityLimit: limit }),
        ...(aggregation && { aggregation: readAggregation(aggregation) }),
      },
    };
  });
}

function readAggregation(aggregation: Tree): AggregationConfig {
  const [kind, options] = Object.entries<Tree | null>(aggregation)[0]!;
  return { kind, ...camelCased(options ?? {}) } as AggregationConfig;
}

/** `instrument_name` becomes `instrumentName`; what is null is as if it were missing. */
function camelCased(mapping: Tree): Tree {
  return Object.fromEntries(
    Object.entries(mapping)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value]),
  );
}
