/** The variables of this process, for what is found out from variables that are no settings: those of clouds, builders and Kubernetes. */
export function environment(): Readonly<NodeJS.ProcessEnv> {
  return process.env;
}
