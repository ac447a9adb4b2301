import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMetricTable } from '../../../src/export/console/metric-table';
import type { ScopedMetric } from '../../../src/export/otlp/metric-batch';

const scope = { name: 'shop', version: '1.0.0' };

test('seconds and bytes are shown in the size that reads best', () => {
  const values: readonly (readonly [unit: string, value: number, shown: string])[] = [
    ['By', 0, '0 B'],
    ['By', 1, '1 B'],
    ['By', 1023, '1023 B'],
    ['By', 1024, '1 KiB'],
    ['By', -1536, '-1.5 KiB'],
    ['By', 3 * 2 ** 30, '3 GiB'],
    ['s', 0, '0 s'],
    ['s', 60, '60 s'],
    ['s', 0.0123, '12.3 ms'],
    ['s', 4.2e-7, '0.42 µs'],
    ['{request}', 0, '0 request'],
    ['1', 0.25, '0.25'],
  ];
  for (const [unit, value, shown] of values) {
    const metric = { name: 'm', type: 'gauge', unit, points: [{ attributes: {}, value }] };
    const table = renderMetricTable([{ scope, metric } as unknown as ScopedMetric], {
      width: 80,
      colors: false,
    });
    assert.equal(table, `shop 1.0.0\n  m  ${shown}`);
  }
});
