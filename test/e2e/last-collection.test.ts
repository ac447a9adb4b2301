import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { assertSameRun } from '../harness/with-and-without';

const server = (ask: string) => `
  const server = require('node:http').createServer((request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1', () => {
    const url = 'http://127.0.0.1:' + server.address().port;
    ${ask}
  });`;
const request = server(`
    require('node:http').get(url, { agent: false }, (response) => response.resume()).on('close', () => server.close());`);
const programs = {
  'does nothing': '',
  'sends a request': request,
  fetches: server('fetch(url).then((response) => response.text()).then(() => server.close());'),
  'starts a process': `require('node:child_process').execFile(process.execPath, ['-p', '1'], { env: {} }, console.log);`,
  'has a worker': `new (require('node:worker_threads').Worker)(${JSON.stringify(request)}, { eval: true }).on('exit', console.log);`,
};

/**
 * Node is about to end and its own objects are gone. Below 20.12.2 a process never ends when a collection then finds something dead that it registered
 * with a FinalizationRegistry, as it does each of its channels (nodejs/node#47748). By chance that comes once in thousands of runs, but the profiler
 * collects always.
 */
describe('a last collection after everything', () => {
  for (const version of [process.versions.node, '18.19.0', '20.6.0', '22.14.0', '24.21.0', '26.10.0']) {
    for (const [name, source] of Object.entries(programs)) {
      test(`a program that ${name} ends on Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const receiver = await startOtlpReceiver();
        t.after(() => receiver.stop());
        const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-heap-'));
        t.after(() => rmSync(directory, { recursive: true }));
        const args = ['--heap-prof', '--heap-prof-dir', directory, '-e', source];
        const options = { node, timeoutMillis: 15_000 };
        const plain = await runProgram(args, options);
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
        const traced = await runProgram(args, { ...options, preload: true, env });
        assertSameRun({ plain, traced });
        assert.ok(readdirSync(directory).length >= 2, 'the profiler collected');
      });
    }
  }
});
