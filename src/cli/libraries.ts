import data from '../../instrumentations/libraries.json';
import type { DeclaresOptions } from '../config/settings/options';

/** What is known of an instrumentation without loading it; written by `npm run generate`. */
export interface Library extends DeclaresOptions {
  readonly title: string;
  readonly description: string;
  readonly link: string;
  /** In words, a line each. */
  readonly versions: readonly string[];
  /** Ranges of the packages that are patched, by their names. */
  readonly packages: Readonly<Record<string, string>>;
  readonly signals: readonly string[];
  readonly isOffByDefault: boolean;
}

// The types of a JSON file are no wider than what happens to stand in it.
export const libraries = data as unknown as readonly Library[];
