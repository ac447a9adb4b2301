import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import type { Detector, Surroundings } from '../../../src/sdk/resource/detector';
import { createSurroundings } from '../../../src/sdk/resource/surroundings';

export interface Fake {
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly platform?: string;
  readonly request?: Surroundings['request'];
}

/** A machine of which nothing is known but what the test says; looking up anything else fails the test. */
export function fakeSurroundings({ files = {}, ...given }: Fake = {}): Surroundings {
  return {
    env: {},
    platform: 'linux',
    hostname: 'machine',
    argv: ['/usr/bin/node', '/srv/app/main.js'],
    cwd: '/srv/app',
    readFile: (path) => files[path]?.trim() || undefined,
    realPath: (path) => path,
    request: (url) => {
      throw new Error(`nothing may be asked here: ${url}`);
    },
    giveUp: () => {},
    ...given,
  };
}

/** What a detector finds, with everything that it looks up. */
export async function detectAll(detector: Detector, fake: Fake): Promise<Attributes> {
  const { attributes = {}, lookUp } = detector(fakeSurroundings(fake)) ?? {};
  const late = await Promise.all(lookUp?.() ?? []);
  return JSON.parse(JSON.stringify(Object.assign({}, attributes, ...late)));
}

/** Answers by method and URL as the program asked for it: `GET http://169.254.169.254/latest/meta-data/hostname`. */
export type Recorded = Readonly<Record<string, string | ((request: IncomingMessage) => string | undefined)>>;

/**
 * A metadata server on 127.0.0.1 that stands in for all addresses. It answers 404 to what is not recorded, 401 where a function gives `undefined`.
 * @returns `request` for {@link Fake}, through our own client, and the list of what was asked.
 */
export async function startMetadataServer(
  t: TestContext,
  recorded: Recorded,
): Promise<{ request: Surroundings['request']; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    const key = `${incoming.method} ${decodeURIComponent(incoming.url!.slice(1))}`;
    asked.push(key);
    const answer = recorded[key];
    const body = typeof answer === 'function' ? answer(incoming) : answer;
    response.writeHead(body !== undefined ? 200 : answer ? 401 : 404).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { request } = createSurroundings({}, () => {});
  return {
    asked,
    request: (url, options) => request(`http://127.0.0.1:${port}/${encodeURIComponent(url)}`, options),
  };
}
