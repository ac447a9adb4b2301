import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, startProgram } from '../harness/run-program';

/** `fixtures/sampling/relay.cjs` under our preload. */
export interface Relay {
  readonly receiver: OtlpReceiver;
  /** A request; headers may be given more than once. @returns the status and the body. */
  get(
    path: string,
    headers?: readonly (readonly [string, string])[],
  ): Promise<{ status: number; text: string }>;
  /** The headers that the server behind got. */
  relay(
    query: string,
    headers?: readonly (readonly [string, string])[],
  ): Promise<Readonly<Record<string, string | undefined>>>;
  /** Ends the program, and waits until everything is received. */
  quit(): Promise<ProgramRun>;
}

export async function startRelay(t: TestContext, env: Readonly<Record<string, string>>): Promise<Relay> {
  const receiver = await startOtlpReceiver();
  const program = startProgram([join(__dirname, '../../fixtures/sampling/relay.cjs')], {
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...env,
    },
  });
  t.after(async () => {
    program.child.kill('SIGKILL');
    await receiver.stop();
  });
  const port = Number((await program.waitForStdout(/listening on (\d+)/))[1]);

  async function get(path: string, headers: readonly (readonly [string, string])[] = []) {
    const call = request({ host: '127.0.0.1', port, path, agent: false });
    const values = new Map<string, string[]>();
    for (const [name, value] of headers) values.set(name, [...(values.get(name) ?? []), value]);
    for (const [name, several] of values) call.setHeader(name, several.length > 1 ? several : several[0]!);
    call.end();
    const [response] = await once(call, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode as number, text };
  }

  return {
    receiver,
    get,
    relay: async (query, headers) => JSON.parse((await get(`/relay?${query}`, headers)).text),
    async quit() {
      await get('/quit');
      const run = await program.ended;
      await receiver.drained();
      return run;
    },
  };
}
