import type { RequestOptions } from 'node:http';
import type { Outcome } from '../outcome';
import { outcomeOf } from './http-response';

/**
 * What the other process runs: reads one line of JSON and then the body from its standard input, prints status and Retry-After. Everything
 * comes that way since arguments and environment can be read by others, and headers hold secrets.
 */
const program = `
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const input = Buffer.concat(chunks);
  const lineEnd = input.indexOf(10);
  const options = JSON.parse(input.subarray(0, lineEnd));
  const request = require(options.protocol === 'https:' ? 'https' : 'http').request(options, (response) => {
    process.stdout.write(response.statusCode + ' ' + (response.headers['retry-after'] || ''), () => process.exit());
  });
  setTimeout(() => process.exit(), options.budgetMillis);
  request.on('error', (error) => process.stdout.write(error.code || error.message, () => process.exit()));
  request.end(input.subarray(lineEnd + 1));
});`;

/**
 * Sends by a process of its own where system calls alone cannot, over TLS or to a name that is not resolved yet: 35 to 70 ms, since Node has to
 * start. It is waited for, and killed at the end of the budget; if this process is killed meanwhile, it ends by itself.
 */
export function sendByChild(
  { agent: _, ...options }: RequestOptions,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  budgetMillis: number,
): Outcome {
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
  const request = JSON.stringify({
    ...options,
    budgetMillis,
    headers: { ...headers, 'content-length': body.byteLength },
  });
  const { NODE_OPTIONS: _options, NODE_CHANNEL_FD: _channel, ...env } = process.env;
  const { stdout, error } = spawnSync(process.execPath, ['-e', program], {
    input: Buffer.concat([Buffer.from(`${request}\n`), body]),
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: Math.max(1, Math.floor(budgetMillis)),
    killSignal: 'SIGKILL',
    encoding: 'latin1',
    windowsHide: true,
  });
  if (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ETIMEDOUT' ? `no answer in ${Math.round(budgetMillis)} ms` : (code ?? error.message);
    return { kind: 'retryable', reason };
  }
  const [, status, retryAfter] = /^(\d{3}) (.*)/.exec(stdout) ?? [];
  if (status === undefined) return { kind: 'retryable', reason: stdout || 'no answer' };
  return outcomeOf(Number(status), retryAfter, new Uint8Array());
}
