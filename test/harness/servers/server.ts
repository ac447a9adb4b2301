import type { TestContext } from 'node:test';

/** A server that a test may use: a real one wherever the machine can run it, otherwise a protocol double that says so. */
export interface TestServer {
  /** Connection URL of PostgreSQL and Redis, `host:port` of Kafka, HTTP base URL of the Collector. */
  readonly address: string;
  readonly kind: 'real' | 'double';
  /** Product and version for people, such as `PostgreSQL 17.10`. */
  readonly description: string;
  /** Stops the server and removes its files; resolves when its process is gone. */
  stop(): Promise<void>;
}

export type SharedName = 'postgres' | 'redis' | 'kafka';

/** This machine cannot run a server; the message is the reason that a skipped test prints. */
export class Unavailable extends Error {}

/**
 * Starts a server for one test, which also stops it, however the test ends. Where the machine cannot run it the test is
 * marked as skipped, with the reason, and there is no server.
 */
export async function serverFor<S extends TestServer>(
  test: TestContext,
  start: () => Promise<S>,
): Promise<S | undefined> {
  try {
    const server = await start();
    test.after(() => server.stop());
    return server;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    test.skip(error.message);
    return undefined;
  }
}

/**
 * The environment by which other processes find a server that this one started, as
 * `OTEL_TEST_POSTGRES=real|PostgreSQL 17.10|postgres://postgres@127.0.0.1:5432/postgres`.
 */
export function shareServer(name: SharedName, server: TestServer): Record<string, string> {
  return { [variable(name)]: [server.kind, server.description, server.address].join('|') };
}

/**
 * The server that the environment names (see {@link shareServer}), if it names one; stopping it is left to whoever
 * started it.
 *
 * @throws Error when the variable is set to something else
 */
export function sharedServer(name: SharedName): TestServer | undefined {
  const value = process.env[variable(name)];
  if (!value) return undefined;
  const [kind, description, address] = value.split('|');
  if ((kind !== 'real' && kind !== 'double') || !description || !address) {
    throw new Error(
      `${variable(name)}: expected "real|<description>|<address>", got ${JSON.stringify(value)}`,
    );
  }
  return { address, kind, description, stop: async () => {} };
}

function variable(name: SharedName): string {
  return `OTEL_TEST_${name.toUpperCase()}`;
}
