import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureInstalled } from '../test/harness/install';
import { registerPath } from '../test/harness/run-program';

/** What a program is run with: nothing, us, or a peer. */
export interface Agent {
  readonly name: string;
  /** The file for `--require`. */
  readonly preload: string | undefined;
  /** Version of the package, for the report. */
  readonly version: string | undefined;
  /** Settings under which it sends what it sees to a collector (for dd-trace: to an agent) at `url`. */
  readonly env: (url: string) => Readonly<Record<string, string>>;
}

/** The agents that run on a version of Node, bare first and ours second; peers in the newest version that admits it. */
export function agentsFor(nodeVersion: string): readonly Agent[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isRecent = major > 22 || (major === 22 && minor >= 15);
  const otel = installed(
    `auto-instrumentations-node-${isRecent ? '0.82.0' : '0.81.2'}`,
    '@opentelemetry/auto-instrumentations-node/register',
  );
  const elastic = installed('elastic-opentelemetry-node-1.18.0', '@elastic/opentelemetry-node');
  const dd = installed(`dd-trace-${isRecent ? '6.21.0' : '5.132.0'}`, 'dd-trace/init');
  return [
    { name: 'none', preload: undefined, version: undefined, env: () => ({}) },
    {
      name: 'otel-instrument',
      preload: registerPath,
      version: require('../package.json').version,
      env: (url) => ({ ...toCollector(url), ...tracesOnly }),
    },
    {
      name: 'auto-instrumentations, same libraries',
      ...otel,
      env: (url) => ({
        ...toCollector(url),
        ...tracesOnly,
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,pg,redis,undici',
        OTEL_NODE_RESOURCE_DETECTORS: 'none', // its detectors ask cloud metadata services over the network
      }),
    },
    {
      name: 'auto-instrumentations, defaults',
      ...otel,
      // On a machine of no cloud its detectors warn.
      env: (url) => ({ ...toCollector(url), NODE_NO_WARNINGS: '1' }),
    },
    {
      name: 'Elastic (EDOT), default spans',
      ...elastic,
      env: (url) => ({
        ...toCollector(url),
        ...tracesOnly,
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
        OTEL_LOG_LEVEL: 'error', // it greets on standard error
      }),
    },
    { name: 'dd-trace, default spans', ...dd, env: toDatadogAgent },
  ];
}

/** A short interval and a queue nobody fills, alike for all, so that a run is short and what arrives can be compared. */
function toCollector(url: string) {
  return {
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BSP_MAX_QUEUE_SIZE: '100000',
  };
}

/** The same agent, told something else as well. */
export function withSettings(agent: Agent, name: string, settings: Readonly<Record<string, string>>): Agent {
  return { ...agent, name, env: (url) => ({ ...agent.env(url), ...settings }) };
}

/** The agents of a list by their places: see {@link agentsFor}. */
export function knownAgents(agents: readonly Agent[]) {
  const [bare, ours, sameLibraries] = agents as [Agent, Agent, Agent];
  return { bare, ours, sameLibraries };
}

const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

/** Its default spans by its default protocol; metrics, log injection, telemetry about itself and remote settings are off. */
function toDatadogAgent(url: string) {
  return {
    DD_SERVICE: 'bench',
    DD_TRACE_AGENT_URL: url,
    DD_RUNTIME_METRICS_ENABLED: 'false',
    DD_LOGS_INJECTION: 'false',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
  };
}

/**
 * Each peer has a tree of its own, as in a program that uses it alone: in a common one they would share packages and break.
 * @param folder below `agents/`; its name ends with the version that it holds.
 */
function installed(folder: string, entry: string): { preload: string; version: string } {
  const directory = join(__dirname, 'agents', folder);
  ensureInstalled(directory);
  const { resolve } = createRequire(join(directory, 'package.json'));
  return { preload: resolve(entry), version: folder.slice(folder.lastIndexOf('-') + 1) };
}
