import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const apiFile = /(file:\/\/)?(\/[^():]*[/\\]node_modules[/\\]@opentelemetry[/\\]api[/\\])/;

/**
 * The version of the copy of `@opentelemetry/api` that is calling, which only the stack tells. A copy registers an SDK only under a global of exactly
 * its own version, and a program may have several. `undefined` for a copy that is bundled.
 */
export function callingApiVersion(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 10;
  const stack = String(new Error().stack);
  Error.stackTraceLimit = limit;
  const [, scheme, directory] = apiFile.exec(stack) ?? [];
  if (directory === undefined) return undefined;
  try {
    const manifest = `${scheme ? fileURLToPath(`file://${directory}`) : directory}package.json`;
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
