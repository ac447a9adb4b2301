import type { Path } from './yaml';

/** A place in the file, in words: `tracer_provider.processors[0].batch`. */
export function pathText(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}
