import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/own-properties.cjs');

/**
 * V8 reads fast what it has met in four hidden classes at most, and an object's class is the names of its properties in their order. One more on some
 * sockets makes Node's own code slow for all of them. (Private names are of the class too; nobody else sees those.)
 */
describe('sockets, requests and responses have the properties that they have without us, in their order', () => {
  for (const version of [process.versions.node, '18.19.0', '22.14.0', '24.21.0', '26.10.0']) {
    test(`Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      assertSameRun(await withAndWithout([program], { node, env }, {}));
    });
  }
});
