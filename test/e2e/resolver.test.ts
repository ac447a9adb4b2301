import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startProgram } from '../harness/run-program';
import { withSilentResolver } from '../harness/silent-resolver';
import { assertSameRun } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

const exitTimeoutMillis = 500;
/** Time that a run may take longer because this machine is busy. */
const schedulingMillis = 400;

/** Node's own lookup would hold the program for 10 s, `process.exit` included. */
describe('a resolver that never answers', () => {
  for (const version of [undefined, '18.19.0', '26.10.0']) {
    for (const ending of ['natural', 'natural, later', 'exit 3', 'throw', 'wait']) {
      test(`${version ?? 'this Node'}, ${ending}`, async (t) => {
        const node = version ? nodeVersion(version) : process.execPath;
        if (typeof node !== 'string') return t.skip(node.message);
        const wrapper = withSilentResolver(t);
        if (typeof wrapper !== 'string') return t.skip(wrapper.message);
        const run = async (preload: boolean) => {
          const running = startProgram([node, program, ending], {
            node: wrapper,
            preload,
            env: {
              OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318',
              OTEL_BSP_SCHEDULE_DELAY: '10',
              OTEL_METRICS_EXPORTER: 'none',
              OTEL_LOGS_EXPORTER: 'none',
            },
            timeoutMillis: 20_000,
          });
          if (ending === 'wait') {
            await running.waitForStdout(/waiting/);
            running.child.kill('SIGTERM');
          }
          return running.ended;
        };
        const plain = await run(false);
        const traced = await run(true);
        assertSameRun({ plain, traced }, 1);
        assert.match(traced.stderr, /spans not delivered to \S+ at the end of the process: 2 \(/);
        const late = Math.round(traced.durationMillis - plain.durationMillis);
        assert.ok(late < exitTimeoutMillis + schedulingMillis, `ended ${late} ms later`);
      });
    }
  }
});
