import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportVariable } from '../../config/report-directory';
import type { ThreadReport } from '../../start/report';
import { withRequire } from '../node-options';
import { packageRoot } from '../package-root';

export type { ThreadReport } from '../../start/report';

/**
 * Lets something run whose processes report what they do.
 * @param run - gets the variables for it
 * @returns a report for each thread that ended, those of the first process first
 */
export async function collectReports<T>(
  env: NodeJS.ProcessEnv,
  run: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<{ reports: ThreadReport[]; result: T }> {
  const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-doctor-'));
  try {
    const result = await run({
      ...env,
      [reportVariable]: directory,
      NODE_OPTIONS: withRequire(env.NODE_OPTIONS, join(packageRoot, 'register.js')),
    });
    const reports = readdirSync(directory).map(
      (file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as ThreadReport,
    );
    return { reports: reports.sort((a, b) => a.pid - b.pid || a.threadId - b.threadId), result };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
