import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** Whether Node takes the file for an ES module: by its ending, else by the `type` of the nearest package.json. */
export function isEsModuleFile(filename: string): boolean {
  const extension = extname(filename);
  if (extension !== '.js') return extension === '.mjs';
  for (let directory = dirname(filename); ; directory = dirname(directory)) {
    const type = readType(join(directory, 'package.json'));
    if (type !== undefined) return type === 'module';
    if (directory === dirname(directory)) return false;
  }
}

/** The `type` of a manifest, empty if it has none; `undefined` if there is no manifest. */
function readType(manifest: string): string | undefined {
  try {
    return String((JSON.parse(readFileSync(manifest, 'utf8')) as { type?: unknown }).type ?? '');
  } catch {
    return undefined;
  }
}
