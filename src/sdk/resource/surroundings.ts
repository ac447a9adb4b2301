import { existsSync, readFileSync, realpathSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { hostname } from 'node:os';
import { sep } from 'node:path';
import { suppressed } from '../../model/suppress';
import type { LookupOptions, Surroundings } from './detector';

const maxAnswerChars = 1024 * 1024;

/** The root where it has been removed: nothing above a program is found there either. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return sep;
  }
}

/**
 * The machine as it is. Requests are never traced and use no proxy.
 *
 * @param env - the variables of this process.
 * @param releaseLoop - watches a request that has not left yet, which keeps the process alive; calls `giveUp` when nothing else does.
 */
export function createSurroundings(
  env: Surroundings['env'],
  releaseLoop: (isHolding: () => boolean, giveUp: () => void) => void,
): Surroundings {
  const files = new Map<string, string | undefined>();
  const requests = new Set<ClientRequest>();

  return {
    env,
    platform: process.platform,
    hostname: hostname(),
    argv: process.argv,
    cwd: workingDirectory(),
    readFile(path) {
      if (!files.has(path)) files.set(path, read(path));
      return files.get(path);
    },
    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return path;
      }
    },
    request: (url, options = {}) => new Promise((resolve, reject) => request(url, options, resolve, reject)),
    giveUp() {
      for (const each of requests) each.destroy();
    },
  };

  function request(
    url: string,
    { method = 'GET', headers = {}, ca }: LookupOptions,
    resolve: (body: string) => void,
    reject: (error: Error) => void,
  ): void {
    const http = url.startsWith('https:')
      ? (require('node:https') as typeof import('node:https'))
      : (require('node:http') as typeof import('node:http'));
    // An agent of its own: the global one may have been replaced, or told to use a proxy.
    const agent = new http.Agent({ keepAlive: false });
    const sent = suppressed(() => http.request(url, { method, headers, agent, ...(ca && { ca }) }));
    requests.add(sent);
    let isOpen = true;
    sent.on('socket', (socket) => socket.unref());
    sent.on('close', () => {
      isOpen = false;
      requests.delete(sent);
      reject(new Error(`${url}: no answer`));
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > maxAnswerChars) sent.destroy();
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body.trim());
        else reject(new Error(`${url}: ${response.statusCode}`));
      });
    });
    releaseLoop(
      () => isOpen && !sent.writableFinished,
      () => sent.destroy(),
    );
    sent.end();
  }
}

/** Looking first is cheaper than an error, and most files are not there. */
function read(path: string): string | undefined {
  try {
    return (existsSync(path) && readFileSync(path, 'utf8').trim()) || undefined;
  } catch {
    return undefined;
  }
}
