import type { TestServer } from './server';

/** Starts the servers with the first test that needs them and stops them after the last. */
export function startOnce(starters: Readonly<Record<string, () => Promise<TestServer>>>) {
  const started: Record<string, TestServer> = {};
  let starting: Promise<Record<string, TestServer>> | undefined;
  async function startAll() {
    for (const [name, start] of Object.entries(starters)) started[name] = await start();
    return started;
  }
  return {
    start: () => {
      starting ??= startAll();
      return starting;
    },
    stop: async () => {
      for (const server of Object.values(started)) await server.stop();
    },
  };
}

/** Their addresses as programs get them: `PG_ADDRESS`. */
export function addresses(servers: Readonly<Record<string, TestServer>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(servers).map(([name, { address }]) => [`${name.toUpperCase()}_ADDRESS`, address]),
  );
}
