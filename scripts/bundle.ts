import { renameSync, writeFileSync } from 'node:fs';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** One bundle to be written. */
export interface Bundle {
  /** A file, or the text of a module in the repository's folder. */
  readonly entry: string | { readonly contents: string };
  readonly file: string;
  /** Imports that stay imports, and the path to write for each. */
  readonly externals?: Readonly<Record<string, string>>;
  readonly options?: BuildOptions;
}

/** Names are not minified: V8 starts them no faster, and stack traces tell functions apart by them. */
export const commonOptions: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  metafile: true,
};

/** What reads a configuration file, a bundle of its own for those that load it: `externals` of theirs. */
export const configFile = { './read-config-file': './config-file.js' };

/** Every source that went into a bundle, for the notices. */
export const bundledFiles = new Set<string>();

/** Bundles, and writes beside the old file and renames: a program that starts meanwhile finds one or the other, whole. */
export async function bundle({ entry, file, externals = {}, options = {} }: Bundle): Promise<void> {
  const { outputFiles, metafile } = await build({
    ...commonOptions,
    // protobufjs does without it where it is missing, and is asked for no integer that a Number does not hold.
    alias: { long: './scripts/no-long.js' },
    ...options,
    plugins: [keepImports(externals), valuesOfApi, ...(options.plugins ?? [])],
    ...entryOptions(entry),
  });
  // What another file lends is in that one.
  for (const input of Object.keys(metafile!.inputs)) if (!/^(lent|api):/.test(input)) bundledFiles.add(input);
  const temporary = `${file}.${process.pid}`;
  writeFileSync(
    temporary,
    outputFiles![0]!.text.replace(inheritedNames, 'for (var name of Object.keys(all))'),
  );
  renameSync(temporary, file);
}

/** esbuild defines exports in a loop that finds what a program has added to `Object.prototype` too, and then fails. */
const inheritedNames = /for ?\(var name in all\)/;

export function entryOptions(entry: Bundle['entry']): BuildOptions {
  return typeof entry === 'string'
    ? { entryPoints: [entry] }
    : { stdin: { contents: entry.contents, resolveDir: process.cwd(), loader: 'ts' } };
}

/**
 * Of `@opentelemetry/api`, which is types for the most part, only the values that we use: in a bundle whose modules load late, esbuild leaves out no
 * part of a package, and this one would be 40 kB. A value that is not listed here fails the build.
 */
const valuesOfApi: Plugin = {
  name: 'values-of-api',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@opentelemetry\/api$/ }, () => ({ path: 'values', namespace: 'api' }));
    onLoad({ filter: /.*/, namespace: 'api' }, async () => {
      const contents =
        "export { SpanKind, SpanStatusCode, defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';";
      const { outputFiles, metafile } = await build({
        ...commonOptions,
        ...entryOptions({ contents }),
        format: 'esm',
      });
      for (const input of Object.keys(metafile!.inputs)) bundledFiles.add(input);
      return { contents: outputFiles![0]!.text };
    });
  },
};

function keepImports(externals: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'keep-imports',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path }) =>
        path in externals ? { path: externals[path]!, external: true } : undefined,
      );
    },
  };
}
