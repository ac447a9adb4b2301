import { startKafka } from './servers/kafka';
import { startPostgres } from './servers/postgres';
import { startRedis } from './servers/redis';
import { type SharedName, shareServer, type TestServer, Unavailable } from './servers/server';

const starters: Record<SharedName, () => Promise<TestServer>> = {
  postgres: startPostgres,
  redis: startRedis,
  kafka: startKafka,
};

/**
 * Starts, once for all test processes, the servers whose start function the sources of the chosen tests name. One that is
 * unavailable is left to the tests, which then say why they skip.
 *
 * @returns the environment by which test processes find the servers
 */
export async function startShared(
  sources: string,
): Promise<{ env: Record<string, string>; stop(): Promise<void> }> {
  const started: TestServer[] = [];
  const env: Record<string, string> = {};
  const stop = async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  };
  const startOne = async ([name, start]: [string, () => Promise<TestServer>]) => {
    if (!sources.includes(start.name)) return;
    try {
      const server = await start();
      started.push(server);
      Object.assign(env, shareServer(name as SharedName, server));
      console.log(`${name}: ${server.description}`);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  };
  const outcomes = await Promise.allSettled(Object.entries(starters).map(startOne));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { env, stop };
}
