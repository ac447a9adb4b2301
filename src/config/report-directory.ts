/**
 * By which `otel-instrument doctor` asks the processes that it starts for a report; no setting of users, and a configuration file does not replace it.
 */
export const reportVariable = 'OTEL_NODE_REPORT_DIRECTORY';

/** Where each thread of this process is to say at its end what it did; `undefined`, nearly always: nowhere. */
export function reportDirectory(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[reportVariable] || undefined;
}
