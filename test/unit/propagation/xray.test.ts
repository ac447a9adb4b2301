import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { xray } from '../../../src/sdk/propagation/xray';
import { read, write } from './carry';

// The example of https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader.
const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const parent = 'Parent=53995c3f42cd8ad8';
const ids = '5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8';

describe('xray reads', () => {
  const cases: [header: unknown, expected: string | undefined][] = [
    [`${root};${parent};Sampled=1`, `${ids}-1`],
    [`${root};${parent};Sampled=0`, `${ids}-0`],
    [`Sampled=1;${parent};${root}`, `${ids}-1`],
    [`${root}; ${parent}; Sampled=1`, `${ids}-1`],
    [`Self=1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa;${root};${parent};Sampled=1;Lineage=a:1`, `${ids}-1`],
    // A load balancer's, and one that leaves the decision open.
    [root, undefined],
    [`${root};Sampled=1`, undefined],
    [`${root};${parent}`, undefined],
    [`${root};${parent};Sampled=?`, undefined],
    [`${root.replace('1-', '2-')};${parent};Sampled=1`, undefined],
    [`${root}0;${parent};Sampled=1`, undefined],
    [`${root.replace('5759e988-', '5759e98-8')};${parent};Sampled=1`, undefined],
    [`Root=1-00000000-000000000000000000000000;${parent};Sampled=1`, undefined],
    [`${root};Parent=0000000000000000;Sampled=1`, undefined],
    [`${root};${parent}8;Sampled=1`, undefined],
    [`${root};${parent};Sampled=1;x=${'y'.repeat(1024)}`, undefined],
    [';=;', undefined],
    [undefined, undefined],
  ];
  for (const [header, expected] of cases)
    test(String(header).slice(0, 120), () =>
      assert.equal(read(xray, { 'x-amzn-trace-id': header }), expected),
    );

  test('the header as AWS writes it', () =>
    assert.equal(read(xray, { 'X-Amzn-Trace-Id': `${root};${parent};Sampled=1` }), `${ids}-1`));
});

test('xray writes', () => {
  const [traceId = '', spanId = ''] = ids.split('-');
  assert.deepEqual(write(xray, { traceId, spanId, flags: 3 }), {
    'x-amzn-trace-id': `${root};${parent};Sampled=1`,
  });
  assert.deepEqual(write(xray, { traceId, spanId, flags: 2 }), {
    'x-amzn-trace-id': `${root};${parent};Sampled=0`,
  });
  assert.deepEqual(write(xray, { traceId: '', spanId }), {});
});
