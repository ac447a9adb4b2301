import { sep } from 'node:path';

/** A file inside an installed package. */
export interface PackageFile {
  /** npm name, from the folder below `node_modules`. */
  readonly name: string;
  /** Folder of the package. */
  readonly directory: string;
  /** Path inside the package, with forward slashes. */
  readonly file: string;
}

const nodeModules = `${sep}node_modules${sep}`;

/** The name alone, for the check that every loaded file goes through: no allocation but one string. */
export function packageNameOf(filename: string): string | undefined {
  const start = filename.lastIndexOf(nodeModules);
  if (start < 0) return undefined;
  const end = nameEnd(filename, start + nodeModules.length);
  if (end < 0) return undefined;
  const name = filename.slice(start + nodeModules.length, end);
  return sep === '\\' ? name.replace('\\', '/') : name;
}

/** Splits a file name at its innermost `node_modules`, which is right for nested, pnpm and zip layouts alike. */
export function packageFileOf(filename: string): PackageFile | undefined {
  const name = packageNameOf(filename);
  if (name === undefined) return undefined;
  const end = filename.lastIndexOf(nodeModules) + nodeModules.length + name.length;
  const file = filename.slice(end + 1);
  return { name, directory: filename.slice(0, end), file: sep === '\\' ? file.replaceAll('\\', '/') : file };
}

function nameEnd(filename: string, start: number): number {
  const end = filename.indexOf(sep, start);
  return end > 0 && filename.charCodeAt(start) === 64 /* @ */ ? filename.indexOf(sep, end + 1) : end;
}
