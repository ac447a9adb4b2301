import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { disguise } from '../kit/disguise';
import type { ImportTargets, OnImported } from './import';
import { hookLoaderThread } from './loader-thread';
import { isEsModuleFile } from './module-type';

/** Through which the appended lines reach us: a module has no other way to a function of ours. */
const reportKey = Symbol.for('otel-instrument.imported');

/**
 * For Node below import-in-the-middle's synchronous hooks. Its default loader reads an ES module by `fs.promises.readFile(url)` or, later,
 * `fs.readFileSync(url)`; a few lines appended to a wanted file report its namespace when its body has run. So bindings, cycles and errors
 * stay as they are, and no loader thread (30 to 200 ms) is started.
 */
export function hookSources(targets: ImportTargets, onImported: OnImported): void {
  Object.defineProperty(globalThis, reportKey, {
    configurable: true,
    value(url: string, namespace: object) {
      const filename = fileURLToPath(url);
      if (targets.isWanted(filename)) onImported(filename, namespace);
    },
  });
  hookLoaderThread(targets.modules, reportOf);

  const { readFile } = fs.promises;
  fs.promises.readFile = disguise(function (this: unknown, ...args: unknown[]) {
    const content = Reflect.apply(readFile, this, args) as Promise<unknown>;
    return isWanted(args[0]) ? content.then((source) => withReport(args[0] as URL, source)) : content;
  }, readFile) as typeof readFile;

  const { readFileSync } = fs;
  fs.readFileSync = disguise(function (this: unknown, ...args: unknown[]) {
    const source = Reflect.apply(readFileSync, this, args) as unknown;
    return isWanted(args[0]) ? withReport(args[0] as URL, source) : source;
  }, readFileSync) as typeof readFileSync;

  function isWanted(path: unknown): boolean {
    if (!(path instanceof URL) || path.protocol !== 'file:') return false;
    const filename = fileURLToPath(path);
    return targets.isWanted(filename) && isEsModuleFile(filename);
  }
}

/** The source as it came, text or bytes, with an import of the module by itself: that gives its namespace. */
function withReport(url: URL, source: unknown): unknown {
  const report = reportOf(JSON.stringify(url.href));
  return typeof source === 'string'
    ? source + report
    : Buffer.concat([source as Buffer, Buffer.from(report)]);
}

/** @param url - as it stands in the source, in quotes. */
function reportOf(url: string): string {
  return `\n;import * as $otelInstrument from ${url};globalThis[Symbol.for("${reportKey.description}")]?.(${url},$otelInstrument);\n`;
}
