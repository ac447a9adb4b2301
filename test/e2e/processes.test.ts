import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { DecodedSpan } from '../harness/decode';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const fixtures = join(__dirname, '../../fixtures/core/processes');
const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
  const node = nodeVersion(version);
  describe(`processes, Node ${version}`, { skip: typeof node === 'string' ? false : node.message }, () => {
    for (const attributes of ['', 'team=shop,service.instance.id=first']) {
      const given = attributes && ', with an inherited service.instance.id';
      test(`cluster${given}`, async (t) => {
        const spans = await run(t, 'cluster.cjs', node as string, attributes);
        const clients = spans.filter(({ kind }) => kind === 2);
        const servers = spans.filter(({ kind }) => kind === 1);
        assert.deepEqual([clients.length, servers.length], [2, 2]);
        assert.deepEqual(
          servers.map(({ parentSpanId }) => parentSpanId).sort(),
          clients.map(({ spanId }) => spanId).sort(),
        );
        assertOwnIds(spans, [clients, [servers[0]!], [servers[1]!]], attributes);
      });

      test(`fork${given}`, async (t) => {
        const spans = await run(t, 'fork.cjs', node as string, attributes);
        const [client] = spans.filter(({ kind }) => kind === 2);
        const [server] = spans.filter(({ kind }) => kind === 1);
        assert.equal(spans.length, 2);
        assert.equal(server?.parentSpanId, client?.spanId);
        assertOwnIds(spans, [[server!], [client!]], attributes);
      });
    }
  });
}

async function run(t: TestContext, program: string, node: string, attributes: string) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = {
    ...tracesOnly,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_RESOURCE_ATTRIBUTES: attributes,
  };
  assertSameRun(await withAndWithout([join(fixtures, program)], { node }, { env }));
  await receiver.drained();
  return receiver.spans;
}

/** Each process has an id of its own; one that the user gave belongs to the process that was started with it. */
function assertOwnIds(
  spans: readonly DecodedSpan[],
  byProcess: readonly (readonly DecodedSpan[])[],
  attributes: string,
): void {
  const idsOf = (some: readonly DecodedSpan[]) => [
    ...new Set(some.map(({ resource }) => resource['service.instance.id'])),
  ];
  const [first, ...others] = byProcess.map(idsOf);
  assert.equal(first!.length, 1);
  if (attributes) assert.deepEqual(first, ['first']);
  assert.equal(idsOf(spans).length, 1 + others.length);
  for (const { resource } of spans) assert.equal(resource.team, attributes ? 'shop' : undefined);
}
