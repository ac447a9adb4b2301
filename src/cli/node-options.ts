/**
 * NODE_OPTIONS with `--require "<path>"` at its end, unless it is there already. Node splits at spaces, except in double quotes,
 * where a backslash escapes the next character (https://nodejs.org/api/cli.html#node_optionsoptions).
 *
 * @param path absolute: a relative or bare one would be resolved from the working directory of every process
 */
export function withRequire(nodeOptions: string | undefined, path: string): string {
  const option = `--require "${path.replace(/["\\]/g, '\\$&')}"`;
  if (!nodeOptions?.trim()) return option;
  return nodeOptions.includes(option) ? nodeOptions : `${nodeOptions} ${option}`;
}
