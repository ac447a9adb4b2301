import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from '../install';
import { cached, fillCache, run, runs } from './cache';
import { sharedServer, type TestServer, Unavailable } from './server';
import { freePort, startProcess, temporaryDirectory } from './server-process';

/** The newest line that still speaks to the oldest clients that we instrument: 4.0 dropped their protocol versions. */
const version = '3.9.2';
const installation = `kafka-${version}`;
const mockDirectory = join(__dirname, 'kafka-mock');

/**
 * A Kafka of its own that creates topics on first use: Apache Kafka where Java is installed together with Maven (which
 * fetches it, once), otherwise librdkafka's mock cluster.
 *
 * @throws Unavailable when there is neither
 */
export async function startKafka(): Promise<TestServer> {
  const shared = sharedServer('kafka');
  if (shared) return shared;
  const kafka = installedBroker();
  return kafka ? startBroker(kafka) : startKafkaMock();
}

/** The directory of Apache Kafka, which is fetched if need be; undefined where that cannot be. */
function installedBroker(): string | undefined {
  if (!runs('java', '-version')) return undefined;
  if (!existsSync(cached(installation)) && !runs('mvn', '--version')) return undefined;
  try {
    return fillCache(installation, install);
  } catch (error) {
    process.stderr.write(`Apache Kafka ${version} cannot be installed; using its double: ${error}\n`);
    return undefined;
  }
}

/** Starts one KRaft node that is broker and controller. */
async function startBroker(kafka: string): Promise<TestServer> {
  const directory = temporaryDirectory('kafka');
  const settings = join(directory, 'server.properties');
  const logs = join(directory, 'logs');
  const port = await freePort();
  writeFileSync(settings, properties(logs, port, await freePort()));
  cpSync(join(kafka, 'formatted'), logs, { recursive: true });
  const { stop } = await startProcess({
    command: 'java',
    args: [...javaOptions, '-cp', join(kafka, 'libs', '*'), 'kafka.Kafka', settings],
    directory,
    ready: /Kafka Server started/,
    readyTimeoutMillis: 60_000,
  });
  return { address: `127.0.0.1:${port}`, kind: 'real', description: `Apache Kafka ${version}`, stop };
}

/** Formatting takes a JVM start, so it is done once here: a formatted log directory does not depend on ports. */
function install(directory: string): void {
  process.stdout.write(`fetching Apache Kafka ${version} with Maven\n`);
  const libs = join(directory, 'libs');
  run(
    'mvn',
    [
      'dependency:copy-dependencies',
      '-q',
      '-B',
      `-Dkafka.version=${version}`,
      `-DoutputDirectory=${libs}`,
      '-DincludeScope=runtime',
      '-f',
      join(__dirname, 'kafka-pom.xml'),
    ],
    directory,
  );
  const settings = join(directory, 'format.properties');
  writeFileSync(settings, properties(join(directory, 'formatted'), 9092, 9093));
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings];
  run('java', [...javaOptions, '-cp', join(libs, '*'), ...format], directory);
  rmSync(settings);
}

/** 16 bytes in base64url, the same for everybody: one that begins with "-" would be taken for an option by the storage tool. */
const clusterId = 'otel-instrument-test-w';

/** A start takes 1.6 s with these and 2.1 s without. */
const javaOptions = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xmx256m',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];

function properties(logs: string, port: number, controllerPort: number): string {
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${logs}
log.cleaner.enable=false
auto.create.topics.enable=true
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`;
}

/**
 * librdkafka's mock cluster: Kafka's protocol over TCP, kept by a client that runs it inside itself. It has consumer
 * groups and transactions, but `createTopics` and an idempotent producer fail: it names no controller.
 *
 * @throws Unavailable when npm has no librdkafka for this platform
 */
export async function startKafkaMock(): Promise<TestServer> {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !isGlibc()) {
    throw new Unavailable('Kafka needs java and mvn here: its mock runs on Linux x64 with glibc only');
  }
  ensureInstalled(mockDirectory);
  const server = await startProcess({
    command: process.execPath,
    args: [join(mockDirectory, 'index.cjs')],
    directory: temporaryDirectory('kafka'),
    ready: /listening on (\d+)/,
  });
  return {
    address: `127.0.0.1:${server.match[1]}`,
    kind: 'double',
    description: 'librdkafka mock cluster (double of Kafka)',
    stop: server.stop,
  };
}

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
