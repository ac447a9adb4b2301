import { type AnyFunction, disguise, reportFailure } from '../../src/kit';
import { followMatch, followMiddleware, isPlainMiddleware, type Routing, startRouting } from './routing';
import type { ExpressRequest, Layer, Match, Path } from './types';

/**
 * The request whose URL was parsed last: layers that are asked for a match are asked for this one. It is kept until the next one comes; a
 * WeakRef would cost more than all the rest.
 */
let current: Routing | undefined;
/** Whether its URL is well-formed: otherwise a layer throws an error that express prints. */
let isDecodable = true;
/** `parseurl` has other users, such as Koa. */
let hasRouters = false;

/** Paths of layers made by `use`, which do not keep them. */
const mountPaths = new WeakMap<Layer, Path>();
/** Of layers with several paths: each with a layer of its own, made when the first request matches. */
const alternativesOf = new WeakMap<Layer, [pattern: string | RegExp, layer: Layer][]>();

/** Patches `parseurl`: a router that parses the URL of a request is about to look for a layer that matches. */
export function noteParsedUrl(parse: AnyFunction): AnyFunction {
  return function (this: unknown, request: ExpressRequest) {
    const url = parse.call(this, request) as { pathname?: string | null } | undefined;
    if (hasRouters) {
      current = startRouting(request);
      isDecodable = canDecode(url?.pathname ?? '');
    }
    return url;
  };
}

/**
 * Patches the class of layers. Its method becomes a getter, so that an error which the original throws has no function of ours in its
 * stack.
 */
export function watchLayers(Layer: AnyFunction): AnyFunction {
  hasRouters = true;
  const match = Layer.prototype.match as AnyFunction;
  const watched = disguise(function (this: Layer, path: string) {
    const matched = match.call(this, path) as Match;
    if (matched && current) noteMatch(current, this, matched, path);
    return matched;
  }, match);

  Object.defineProperty(Layer.prototype, 'match', {
    configurable: true,
    enumerable: true,
    get: () => (isDecodable ? watched : match),
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'match', { value, configurable: true, enumerable: true, writable: true });
    },
  });
  return Layer;

  function noteMatch(routing: Routing, layer: Layer, matched: Match, path: string): void {
    try {
      if (isPlainMiddleware(layer, matched)) followMiddleware(routing);
      else followMatch(routing, layer, matched, patternOf(layer, matched, path));
    } catch (error) {
      reportFailure(error);
    }
  }

  /** The path of a layer; of several the one that matched. */
  function patternOf(layer: Layer, matched: Match, path: string): Path {
    if (typeof matched === 'object') return matched.pattern;
    const whole = layer.route ? layer.route.path : (mountPaths.get(layer) ?? '/');
    if (!isList(whole)) return whole;
    let alternatives = alternativesOf.get(layer);
    if (alternatives === undefined) {
      alternatives = flatten(whole).map((one) => [one, Layer(one, { end: Boolean(layer.route) }, Layer)]);
      alternativesOf.set(layer, alternatives);
    }
    const found = alternatives.find(([, alternative]) => match.call(alternative, path));
    return found ? found[0] : flatten(whole).join(',');
  }
}

/** Patches `use`: remembers the path for the layers that it makes. */
export function noteMounts(use: AnyFunction): AnyFunction {
  return function (this: { stack?: Layer[] }, ...args: unknown[]) {
    const before = this.stack?.length ?? 0;
    const result = Reflect.apply(use, this, args);
    if (isPath(args[0])) {
      for (const layer of this.stack?.slice(before) ?? []) mountPaths.set(layer, args[0]);
    }
    return result;
  };
}

function isPath(value: unknown): value is Path {
  let first = value;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'string' || first instanceof RegExp;
}

function canDecode(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function flatten(paths: readonly unknown[]): (string | RegExp)[] {
  return paths.flat(Number.POSITIVE_INFINITY) as (string | RegExp)[];
}

function isList(path: Path): path is readonly Path[] {
  return Array.isArray(path);
}
