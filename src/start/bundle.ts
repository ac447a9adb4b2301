import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { log } from '../diag/log';
import type { RegistryEntry } from '../hook/registry';
import type { TracingPatch } from '../kit/define';
import { isMainThread } from '../model/main-thread';
import { startTimer } from '../model/timers';

/** A shorter script holds no library that is worth a look. */
const minBytes = 16 * 1024;

/**
 * One line if the program is a bundle with libraries in it that nothing will ever load, and so nothing instruments. Others pay for the size of their main
 * script to be looked at, once, after the first instrumentation has loaded.
 */
export function tellOfBundle(entries: readonly RegistryEntry[]): void {
  const script = process.mainModule?.filename ?? process.argv[1];
  if (script === undefined || !isMainThread()) return;
  startTimer(() => {
    if (!isLong(script)) return;
    const { readBundle } = require('../diag/bundle') as typeof import('../diag/bundle');
    const bundle = readBundle(script);
    if (bundle === undefined) return;
    const missed = entries.filter(
      ({ modules, channels, load }) =>
        channels.length === 0 &&
        bundle.packages.has(modules[0]?.name ?? '') &&
        !listensAnyway(load, bundle.text),
    );
    if (missed.length === 0) return;
    const names = missed.map(({ modules }) => modules[0]!.name).join(', ');
    log.warn(
      `${basename(script)} is a bundle (${bundle.bundler}) that holds ${names}: libraries inside a bundle are not instrumented; leave them out (${bundle.external})`,
    );
  }, 0);
}

function isLong(script: string): boolean {
  try {
    return statSync(script).size >= minBytes;
  } catch {
    return false;
  }
}

/** A library that publishes a tracing channel needs nobody who loads it. */
function listensAnyway(load: RegistryEntry['load'], text: string): boolean {
  const patches = (load().targets ?? []).flatMap((target) => target.patches);
  const tracing = patches.filter((patch) => 'tracing' in patch && text.includes(patch.tracing));
  if (tracing.length === 0) return false;
  const { subscribeTracing } = require('../kit/tracing-channel') as typeof import('../kit/tracing-channel');
  for (const patch of tracing) subscribeTracing(patch as TracingPatch);
  return true;
}
