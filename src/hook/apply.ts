import { log, messageOf } from '../diag/log';
import { applyMethodPatch } from '../kit/apply-method';
import type { Instrumentation, MethodPatch, Target } from '../kit/define';
import type { Watch } from './install';
import type { PackageInfo } from './package-info';
import { isNewerThan, satisfies } from './versions';

/**
 * Patches what a file of a package exports. Never throws.
 * @param file - inside the package; the main file is also the empty string in a definition.
 * @returns the exports to use from now on: the same object, but where an export is defined by a getter and had to be replaced.
 */
export function applyPatches(
  instrumentation: Instrumentation,
  module: string,
  info: PackageInfo,
  file: string,
  exports: unknown,
  onPatch?: Watch['onPatch'],
): unknown {
  for (const target of instrumentation.targets ?? []) {
    if (target.module !== module) continue;
    if (!isSupported(target, info.version)) {
      onPatch?.({ module, version: info.version, method: '', problem: `supported is ${target.versions}` });
      continue;
    }
    for (const patch of target.patches) {
      if ('tracing' in patch || !isFile(patch, file, info)) continue;
      if (patch.versions && !satisfies(info.version, patch.versions)) continue;
      exports = applySafely(patch, target, info.version, exports, onPatch);
    }
  }
  return exports;
}

/** A version out of range is told once; a newer one than we know is tried, since most releases keep their shape. */
function isSupported({ module, versions }: Target, version: string): boolean {
  if (satisfies(version, versions)) return true;
  if (isNewerThan(version, versions)) {
    log.warnOnce(
      `${module} ${version} is newer than the supported ${versions}; it may be traced incompletely`,
    );
    return true;
  }
  log.warnOnce(`${module} ${version} is not instrumented: supported is ${versions}`);
  return false;
}

function isFile(patch: MethodPatch, file: string, info: PackageInfo): boolean {
  return patch.file === undefined ? file === info.mainFile : file === patch.file;
}

function applySafely(
  patch: MethodPatch,
  { module }: Target,
  version: string,
  exports: unknown,
  onPatch: Watch['onPatch'],
): unknown {
  const { method } = patch;
  let problem: string | undefined;
  try {
    const replaced = applyMethodPatch(exports, patch, version);
    if (replaced !== undefined) {
      onPatch?.({ module, version, method });
      return replaced;
    }
    if (!patch.optional) problem = `no ${method} to patch; its calls are not traced`;
  } catch (error) {
    problem = `${method} cannot be patched: ${messageOf(error)}`;
  }
  if (problem !== undefined) {
    log.warnOnce(`${module} ${version}: ${problem}`);
    onPatch?.({ module, version, method, problem });
  }
  return exports;
}
