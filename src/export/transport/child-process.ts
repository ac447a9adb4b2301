import type { Outcome } from '../outcome';
import type { Peer } from './connection';
import { isMissing, knownAddresses } from './lookup';

/**
 * What stands before every program: it reads one line of JSON and then the body from its standard input, and calls `main(task, body)`. Everything
 * comes that way since arguments and environment can be read by others, and headers hold secrets. The result leaves as JSON on standard output.
 */
const prelude = `
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const input = Buffer.concat(chunks);
  const lineEnd = input.indexOf(10);
  const task = JSON.parse(input.subarray(0, lineEnd));
  setTimeout(() => process.exit(), task.budgetMillis);
  main(task, input.subarray(lineEnd + 1));
});
let isAnswered = false;
const answer = (result) => {
  if (!isAnswered) process.stdout.write(JSON.stringify(result), () => process.exit());
  isAnswered = true;
};
const fail = (error) => answer({ error: error.code || error.message });

function withSocket({ host, address = host, port, socketPath, tls, alpn, tunnel }, done) {
  const secured = (options) => {
    if (!tls) return options.socket || require('net').connect(options);
    const { checkServerIdentity, connect } = require('tls');
    return connect({
      ...options,
      ...tls,
      ALPNProtocols: alpn,
      servername: require('net').isIP(host) ? '' : host,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    });
  };
  if (socketPath) return done(secured({ path: socketPath }));
  if (!tunnel) return done(secured({ host: address, port, autoSelectFamily: true }));
  const path = (host.includes(':') ? '[' + host + ']' : host) + ':' + port;
  const { authorization } = tunnel;
  const headers = { host: path, ...(authorization && { 'proxy-authorization': authorization }) };
  const options = { hostname: tunnel.host, port: tunnel.port, method: 'CONNECT', path, headers, agent: false };
  const request = require(tunnel.isSecure ? 'https' : 'http').request(options);
  request.on('error', fail);
  request.on('connect', ({ statusCode }, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    if (statusCode === 200) done(secured({ socket }));
    else fail(new Error('proxy ' + tunnel.host + ':' + tunnel.port + ' answered HTTP ' + statusCode));
  });
  request.end();
}
`;

/**
 * Runs a program in a process of its own, where system calls alone cannot send: 35 to 70 ms, since Node has to start. It is waited for, and killed
 * at the end of the budget; if this process is killed meanwhile, it ends by itself.
 *
 * @param main - source of the function `main(task, body)`, which calls `answer(result)`, or `fail(error)`
 * @returns what it answered, or the outcome if it did not get that far
 */
export function runInChild<Result extends object>(
  main: string,
  peer: Peer,
  task: object,
  body: Uint8Array,
  budgetMillis: number,
): Result | Outcome {
  if (isMissing(peer.tunnel?.host ?? peer.host)) return { kind: 'retryable', reason: 'ENOTFOUND' };
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
  let line: string;
  try {
    line = JSON.stringify({ ...task, peer: serializable(peer), budgetMillis });
  } catch (error) {
    return { kind: 'failure', reason: (error as Error).message };
  }
  const { NODE_OPTIONS: _options, NODE_CHANNEL_FD: _channel, ...env } = process.env;
  const { stdout, error } = spawnSync(process.execPath, ['-e', prelude + main], {
    input: Buffer.concat([Buffer.from(`${line}\n`), body]),
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: Math.max(1, Math.floor(budgetMillis)),
    killSignal: 'SIGKILL',
    encoding: 'utf8',
    windowsHide: true,
  });
  if (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ETIMEDOUT') return { kind: 'retryable', reason: code ?? error.message };
    const reason = `no answer in ${Math.round(budgetMillis)} ms`;
    return { kind: 'retryable', reason, isUnanswered: true };
  }
  if (stdout === '') return { kind: 'retryable', reason: 'no answer', isUnanswered: true };
  const result = JSON.parse(stdout) as Result & { error?: string };
  return result.error === undefined ? result : { kind: 'retryable', reason: result.error };
}

/** Files are read here; a name that is known already need not be resolved there. */
function serializable({ tls, ...peer }: Peer): object {
  return { ...peer, tls: tls?.(), address: knownAddresses(peer.host)[0] };
}
