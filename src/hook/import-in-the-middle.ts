import { fileURLToPath } from 'node:url';
import { addHook } from 'import-in-the-middle';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import type { ImportTargets, OnImported } from './import';

/**
 * import-in-the-middle's synchronous hooks with an include list: it stands a module of its own before each wanted one, whose exports can be
 * set. It must never be let loose on every module, since that breaks live bindings and cycles.
 */
export function hookWithImportInTheMiddle(
  { modules, isWanted }: ImportTargets,
  onImported: OnImported,
): void {
  register({
    include: modules.flatMap(({ name, files }) =>
      files.map((file) => endOfUrl(`/node_modules/${name}/${file}`)),
    ),
  });
  addHook((url, namespace) => {
    if (!url.startsWith('file:')) return;
    const filename = fileURLToPath(url);
    if (isWanted(filename)) onImported(filename, namespace as object);
  });
}

function endOfUrl(path: string): RegExp {
  return new RegExp(`${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\?.*)?$`);
}
