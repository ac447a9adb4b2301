import type { Path, Tree } from './read-config-file';
import type { OpenFile } from './variables';

/**
 * Tells of every wish for other semantic conventions than those that are recorded: the stable ones and nothing older beside them, or, where none
 * are stable yet, the newest.
 * @param general - `instrumentation/development.general`.
 */
export function tellConventions(file: OpenFile, general: Tree | undefined, path: Path): void {
  const { stability_opt_in_list: list, ...domains } = general ?? {};
  const wishes = ((list ?? '') as string).split(',').map((each) => each.trim());
  for (const wish of wishes.filter((each) => each !== '' && !satisfied.includes(each)))
    file.unsupported([...path, 'stability_opt_in_list'], `${wish}: ${recorded}`);

  for (const [domain, options] of Object.entries<Tree | null>(domains)) {
    const { version, experimental, dual_emit: dualEmit } = (options?.semconv ?? {}) as Tree;
    const own = [...path, domain, 'semconv'];
    if ((version ?? 1) !== 1) file.unsupported([...own, 'version'], recorded);
    if (experimental && !unstable.includes(domain)) file.unsupported([...own, 'experimental'], recorded);
    if (dualEmit) file.unsupported([...own, 'dual_emit'], recorded);
  }
}

const recorded = 'the stable conventions are always recorded, and no others';

/** Domains without stable conventions. */
const unstable = ['messaging', 'gen_ai'];

/** Of `OTEL_SEMCONV_STABILITY_OPT_IN`. */
const satisfied = ['http', 'database', 'messaging', 'rpc', 'code', 'k8s', 'gen_ai_latest_experimental'];
