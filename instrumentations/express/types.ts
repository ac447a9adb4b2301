import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyFunction } from '../../src/kit';

/** A pattern as the program gives it to `app.get` or `app.use`. */
export type Path = string | RegExp | readonly Path[];

export interface ExpressRequest extends IncomingMessage {
  /** The part of the URL that mounts matched. */
  baseUrl?: string;
  originalUrl?: string;
  route?: ExpressRoute;
  res?: ServerResponse;
}

export interface ExpressRoute {
  readonly path: Path;
  readonly methods: Readonly<Record<string, boolean | undefined>>;
  /** Its handlers; a lone function in express 4.0. */
  readonly stack?: AnyFunction | readonly { readonly method?: string | undefined }[];
}

export interface Layer {
  readonly handle: AnyFunction;
  /** Of a layer made by `app.get` and its like, not by `app.use`. */
  readonly route?: ExpressRoute;
  readonly rawPath?: Path;
  /** What was matched last, before router 2.3. */
  readonly path?: string;
}

/** What {@link Layer} says of a path; since router 2.3 more than yes or no. */
export type Match = boolean | { readonly path: string; readonly pattern: Path };
