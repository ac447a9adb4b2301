import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cached, fillCache, run, runs } from './cache';
import { type TestServer, Unavailable } from './server';
import { freePort, startProcess, temporaryDirectory } from './server-process';

const version = '0.145.0';
const installation = `otelcol-${version}`;
/** The file exporter buffers. */
const flushMillis = 10;

export interface Collector extends TestServer {
  /** `host:port` of OTLP over gRPC; `address` is the base URL of OTLP over HTTP. */
  readonly grpcAddress: string;
  /** All that was received so far, one OTLP/JSON request a line; waits until what was answered is in the file. */
  readReceived(): Promise<string>;
}

/**
 * A real OpenTelemetry Collector that receives OTLP over HTTP and gRPC and writes every request to a file.
 *
 * @throws Unavailable when it is not built yet and `go` is missing
 */
export async function startCollector(): Promise<Collector> {
  if (!existsSync(cached(installation)) && !runs('go', 'version')) {
    throw new Unavailable('the OpenTelemetry Collector is built with Go, and go is missing');
  }
  const binary = join(fillCache(installation, build), 'otelcol');
  const directory = temporaryDirectory('collector');
  const received = join(directory, 'received.jsonl');
  const settings = join(directory, 'collector.yaml');
  const [http, grpc] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  writeFileSync(settings, configuration(http, grpc, received));
  const { stop } = await startProcess({
    command: binary,
    args: ['--config', settings],
    directory,
    ready: /Everything is ready/,
  });
  return {
    address: `http://${http}`,
    grpcAddress: grpc,
    kind: 'real',
    description: `OpenTelemetry Collector ${version}`,
    async readReceived() {
      await setTimeout(5 * flushMillis);
      return readFile(received, 'utf8');
    },
    stop,
  };
}

/** Builds the Collector with only what is needed: 80 s and 27 MB, where the distribution has 350 MB. */
function build(directory: string): void {
  process.stdout.write(
    `building the OpenTelemetry Collector ${version} with Go; this takes a minute or two\n`,
  );
  const settings = join(directory, 'builder.yaml');
  writeFileSync(
    settings,
    `
dist: { name: otelcol, output_path: ${JSON.stringify(join(directory, 'source'))} }
receivers: [{ gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v${version} }]
exporters: [{ gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v${version} }]
`,
  );
  run(
    'go',
    ['run', `go.opentelemetry.io/collector/cmd/builder@v${version}`, '--config', settings],
    directory,
  );
  run('mv', ['source/otelcol', 'otelcol'], directory);
  run('rm', ['-r', 'source', settings], directory);
}

function configuration(http: string, grpc: string, received: string): string {
  const pipeline = '{ receivers: [otlp], exporters: [file] }';
  return `
receivers: { otlp: { protocols: { http: { endpoint: ${http} }, grpc: { endpoint: ${grpc} } } } }
exporters: { file: { path: ${JSON.stringify(received)}, flush_interval: ${flushMillis}ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: ${pipeline}, metrics: ${pipeline}, logs: ${pipeline} }
`;
}
