import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Config } from '../../config/config';
import type { Project } from '../project';
import { type Finding, note, ok, problem, type Section } from './finding';
import { collectReports, type ThreadReport } from './reports';

/** How long an answer is waited for while the event loop runs, and by its end; then, all signals together. */
const timeoutMillis = { running: 3_000, ending: 5_000 };

/** Traces that are started until the sampler takes one. */
const maxTries = 1_000;

/**
 * What sends one span, one metric point and one log record by the API that the agent registered, and waits for what becomes of them. What is not answered
 * for by then is tried a last time at the end of the process.
 *
 * @param wanted - how many exporters there will be
 */
function probe(wanted: number): string {
  return `
    const { trace, metrics, logs } = globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {};
    const name = 'otel-instrument doctor';
    // The sampler of a configuration file cannot be overruled.
    for (let tries = 0, span; trace && tries < ${maxTries} && !(span?.spanContext().traceFlags & 1); tries++) {
      span = trace.getTracer(name).startSpan(name);
      span.end();
    }
    metrics?.getMeter(name).createCounter('otel_instrument.doctor.runs').add(1);
    logs?.getLogger(name).emit({ severityNumber: 5, severityText: 'DEBUG', body: name });

    const end = Date.now() + ${timeoutMillis.running};
    const report = globalThis[Symbol.for('otel-instrument.report')];
    if (report) wait();
    function wait() {
      const { exporters, messages } = report();
      const isTold = ({ items, endpoint }) => messages.some((message) => message.includes(items) && message.includes(endpoint));
      const isDone = exporters.length >= ${wanted} && exporters.every((each) => each.counters.queued === 0 || isTold(each));
      if (!isDone && Date.now() < end) setTimeout(wait, 10);
    }`;
}

/**
 * Sends a test item of each signal as a program would, with the same settings, and says what became of it.
 * @param env - with the variables of flags
 */
export async function examineCollector(
  env: NodeJS.ProcessEnv,
  folder: string,
  config: Config,
  project: Project | undefined,
): Promise<Section> {
  const title = 'Exporters';
  if (config.sdkDisabled || waysOf(config).length === 0) return { title, findings: [] };
  const source = probe(waysOf(config).filter(([, kind]) => !(kind in elsewhere)).length);
  const { reports } = await collectReports(forProbe(env, config, project), async (variables) => {
    const child = spawn(process.execPath, ['-e', source], { cwd: folder, env: variables, stdio: 'ignore' });
    await once(child, 'close');
  });
  const [report] = reports;
  if (report === undefined) {
    const advice = 'Run a program under otel-instrument and look at its standard error.';
    return { title, findings: [problem('the agent did not start in a Node.js process', advice)] };
  }
  return {
    title,
    findings: [
      ok(`service.name is ${report.serviceName}`),
      ...report.exporters.map((exporter) => describe(exporter, report)),
      ...notSent(config, report),
    ],
  };
}

/** Under the program's name, sampled whatever the sampler, waited for longer, and with no other preload that could do something. */
function forProbe(
  env: NodeJS.ProcessEnv,
  { resource }: Config,
  project: Project | undefined,
): NodeJS.ProcessEnv {
  const isNamed = resource.serviceName !== undefined || resource.attributes['service.name'] !== undefined;
  return {
    ...env,
    ...(!isNamed && { OTEL_SERVICE_NAME: project?.manifest.name }),
    NODE_OPTIONS: '',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_TRACES_SAMPLER_ARG: '',
    OTEL_NODE_EXIT_TIMEOUT: `${timeoutMillis.ending}`,
    OTEL_BSP_SCHEDULE_DELAY: '0',
    OTEL_BLRP_SCHEDULE_DELAY: '0',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    OTEL_NODE_SPOOL_DIRECTORY: '',
  };
}

function describe(
  { items, endpoint, counters }: ThreadReport['exporters'][number],
  { messages }: ThreadReport,
): Finding {
  const { accepted = 0, rejected = 0, created = 0 } = counters;
  const what = items === 'spans' ? 'a test span' : items === 'metrics' ? 'test metrics' : 'a test log record';
  if (accepted === created && created > 0) return ok(`${endpoint} took ${what}`);
  const about = messages.filter((message) => message.includes(endpoint) && message.includes(items));
  const reason = about.map((message) => reasonIn(message)).at(-1);
  if (rejected > 0) return problem(`${endpoint} refused ${what}`, reason);
  return problem(`${endpoint} did not take ${what}`, reason);
}

/** What the exporter's ledger puts around a reason (src/export/ledger.ts). The time that may be over is the one set above, not the user's. */
const sentences = [
  / at the end of the process: \d+ \((.*?)(?:, OTEL_NODE_EXIT_TIMEOUT is over)?\)$/,
  /^cannot export .*?: (.*); they are .* until it is back$/,
  / refused \d+ [a-z ]+: (.*)$/,
];

function reasonIn(message: string): string {
  return sentences.flatMap((sentence) => sentence.exec(message)?.[1] ?? [])[0] ?? message;
}

function waysOf({ traces, metrics, logs }: Config) {
  return [
    ...traces.processors.map(({ exporter }) => ['spans', exporter.kind] as const),
    ...metrics.readers.map(
      (reader) => ['metrics', 'exporter' in reader ? reader.exporter.kind : reader.kind] as const,
    ),
    ...logs.processors.map(({ exporter }) => ['log records', exporter.kind] as const),
  ];
}

/** What does not leave by itself needs no test. */
const elsewhere: Readonly<Record<string, string>> = {
  console: 'are printed on standard output',
  prometheus: 'are served to Prometheus',
};

function notSent(config: Config, { exporters }: ThreadReport): Finding[] {
  return waysOf(config).flatMap(([items, kind]) => {
    if (kind in elsewhere) return [note(`${items} ${elsewhere[kind]}`)];
    if (exporters.some((exporter) => exporter.items === items)) return [];
    return [note(`${items} could not be tested${items === 'spans' ? ': the sampler takes none' : ''}`)];
  });
}
