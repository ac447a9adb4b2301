import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Outcome } from '../../src/export/outcome';
import type { GrpcTarget } from '../../src/export/transport/grpc';
import type { HttpTarget } from '../../src/export/transport/http';

export interface SyncSend {
  readonly outcome: Outcome;
  readonly durationMillis: number;
}

/**
 * Sends as at the end of a process. That blocks an event loop, so it is done in another process than the one that the server runs in.
 *
 * @param count - how often the text stands in the body
 */
export function sendSync(
  protocol: 'http' | 'grpc',
  target: Partial<HttpTarget & GrpcTarget> & { readonly url: string },
  text = '',
  { count = 1, budgetMillis = 5000 } = {},
): Promise<SyncSend> {
  const file = join(__dirname, `../../src/export/transport/${protocol}.ts`);
  const full = JSON.stringify({ headers: { 'x-key': 'secret' }, compression: 'none', ...target });
  const create =
    protocol === 'http'
      ? `createHttpTransport(${full}, 'agent/1')`
      : `createGrpcTransport(${full}, 'traces', 'agent/1')`;
  const script = `
    const transport = require(${JSON.stringify(file)}).${create};
    const body = Buffer.from(${JSON.stringify(text)}.repeat(${count}));
    const startedAt = performance.now();
    const outcome = transport.sendSync(body, ${budgetMillis});
    console.log(JSON.stringify({ outcome, durationMillis: performance.now() - startedAt }));`;
  return new Promise((resolve, reject) =>
    execFile(process.execPath, [...process.execArgv, '-e', script], (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout)),
    ),
  );
}
