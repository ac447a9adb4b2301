import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { familyName, labelName } from '../../../src/export/prometheus/names';
import { type Format, renderMetrics } from '../../../src/export/prometheus/text';
import type { MetricData } from '../../../src/model/metric-data';
import { createTestMeter } from './harness';

describe('names', () => {
  const counter = { type: 'sum', isMonotonic: true } as const;
  const gauge = { type: 'gauge' } as const;
  const cases: [Partial<MetricData>, string, string][] = [
    [counter, 'http.requests', ''],
    [counter, 'requests_total', ''],
    [gauge, 'system.memory', 'By'],
    [gauge, 'system.memory.bytes', 'By'],
    [gauge, 'bytes', 'By'],
    [gauge, 'cpu', '1'],
    [counter, 'hits', '1'],
    [counter, 'disk.io', 'By'],
    [gauge, 'speed', 'm/s'],
    [gauge, 'rate', '{request}/s'],
    [gauge, 'queue', '{message}'],
    [gauge, 'a..b--c', ''],
    [gauge, '9lives', ''],
    [gauge, 'custom', 'fur-long/w'],
  ];
  const expected = [
    'http_requests',
    'requests',
    'system_memory_bytes',
    'system_memory_bytes',
    'bytes',
    'cpu_ratio',
    'hits',
    'disk_io_bytes',
    'speed_meters_per_second',
    'rate_per_second',
    'queue',
    'a_b_c',
    '_9lives',
    'custom_fur_long_per_week',
  ];
  for (const [index, [kind, name, unit]] of cases.entries()) {
    test(`${name} in "${unit}"`, () =>
      assert.equal(familyName({ ...kind, name, unit } as MetricData).base, expected[index]));
  }

  test('labels', () => {
    assert.deepEqual(['http.route', '1st', 'a-b', 'ä'].map(labelName), ['http_route', '_1st', 'a_b', '_']);
  });
});

describe('text', () => {
  const rendered = (
    format: Format,
    measure: (meter: ReturnType<typeof createTestMeter>['meter']) => void,
  ) => {
    const { meter, reader } = createTestMeter();
    measure(meter);
    return renderMetrics(reader.collectSync(), { 'service.name': 'shop' }, format).split('\n').slice(3);
  };

  test('a family stands once, in both formats', () => {
    const measure = (meter: ReturnType<typeof createTestMeter>['meter']) => {
      meter.createCounter('c', { unit: 's', description: 'a "b" \\\nc' }).add(1.5, { x: 'y"\\\n' });
      meter.createUpDownCounter('u').add(-1);
      meter.createHistogram('h', { advice: { explicitBucketBoundaries: [0, 2.5] } }).record(1);
    };
    assert.deepEqual(rendered('text', measure), [
      '# TYPE c_seconds_total counter',
      '# HELP c_seconds_total a "b" \\\\\\nc',
      'c_seconds_total{x="y\\"\\\\\\n",otel_scope_name="test"} 1.5',
      '# TYPE u gauge',
      'u{otel_scope_name="test"} -1',
      '# TYPE h histogram',
      'h_bucket{otel_scope_name="test",le="0"} 0',
      'h_bucket{otel_scope_name="test",le="2.5"} 1',
      'h_bucket{otel_scope_name="test",le="+Inf"} 1',
      'h_sum{otel_scope_name="test"} 1',
      'h_count{otel_scope_name="test"} 1',
      '',
    ]);
    assert.deepEqual(rendered('openMetrics', measure).slice(0, 7), [
      '# TYPE c_seconds counter',
      '# UNIT c_seconds seconds',
      '# HELP c_seconds a \\"b\\" \\\\\\nc',
      'c_seconds_total{x="y\\"\\\\\\n",otel_scope_name="test"} 1.5',
      '# TYPE u gauge',
      'u{otel_scope_name="test"} -1',
      '# TYPE h histogram',
    ]);
    assert.ok(rendered('openMetrics', measure).includes('h_bucket{otel_scope_name="test",le="0.0"} 0'));
    assert.deepEqual(rendered('openMetrics', measure).slice(-2), ['# EOF', '']);
  });

  test('attributes whose keys become one label are joined; two kinds of one name are not mixed', () => {
    const lines = rendered('text', (meter) => {
      meter.createCounter('x').add(1, { 'a.b': 1, a_b: 'two' });
      meter.createHistogram('x').record(1);
    });
    assert.deepEqual(lines, ['# TYPE x_total counter', 'x_total{a_b="1;two",otel_scope_name="test"} 1', '']);
  });

  test('resource', () => {
    const text = (format: Format) => renderMetrics([], { 'service.name': 'shop', pid: 7 }, format);
    assert.equal(
      text('text'),
      '# TYPE target_info gauge\n# HELP target_info Target metadata\ntarget_info{pid="7",service_name="shop"} 1\n',
    );
    assert.match(
      text('openMetrics'),
      /^# TYPE target info\n# HELP target Target metadata\ntarget_info\{.*\} 1\n# EOF\n$/,
    );
  });
});
