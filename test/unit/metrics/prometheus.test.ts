import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TranslationStrategy } from '../../../src/config/config';
import { classicNaming, familyName, labelName } from '../../../src/export/prometheus/names';
import { type Format, negotiate } from '../../../src/export/prometheus/negotiate';
import { renderMetrics } from '../../../src/export/prometheus/text';
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
    assert.deepEqual(
      ['http.route', '1st', 'a-b', 'ä'].map((key) => labelName(key)),
      ['http_route', '_1st', 'a_b', '_'],
    );
  });
});

describe('text', () => {
  const rendered = (
    format: Format,
    measure: (meter: ReturnType<typeof createTestMeter>['meter']) => void,
  ) => {
    const { meter, reader } = createTestMeter();
    measure(meter);
    return renderMetrics(reader.collectSync(), { 'service.name': 'shop' }, { format, naming: classicNaming })
      .split('\n')
      .slice(3);
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
    const text = (format: Format) =>
      renderMetrics([], { 'service.name': 'shop', pid: 7 }, { format, naming: classicNaming });
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

describe('what is asked for and wanted decides how names are written', () => {
  const newer =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5';
  const older = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
  const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  const cases: readonly [
    strategy: TranslationStrategy,
    accept: string,
    type: string,
    lines: readonly string[],
  ][] = [
    [
      'underscore_escaping_with_suffixes',
      newer,
      openMetrics,
      [
        '# TYPE disk_io_bytes counter',
        '# UNIT disk_io_bytes bytes',
        'disk_io_bytes_total{disk_id="a",otel_scope_name="shop"} 2',
      ],
    ],
    [
      'underscore_escaping_without_suffixes',
      newer,
      'text/plain; version=0.0.4; charset=utf-8',
      ['# TYPE disk_io counter', 'disk_io{disk_id="a",otel_scope_name="shop"} 2'],
    ],
    [
      'no_utf8_escaping_with_suffixes',
      newer,
      `${openMetrics}; escaping=allow-utf-8`,
      [
        '# TYPE "disk.io_bytes" counter',
        '# UNIT "disk.io_bytes" bytes',
        '{"disk.io_bytes_total","disk.id"="a",otel_scope_name="shop"} 2',
      ],
    ],
    [
      'no_utf8_escaping_with_suffixes',
      older,
      openMetrics,
      [
        '# TYPE disk_io_bytes counter',
        '# UNIT disk_io_bytes bytes',
        'disk_io_bytes_total{disk_id="a",otel_scope_name="shop"} 2',
      ],
    ],
    [
      'no_translation',
      newer,
      'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
      ['# TYPE "disk.io" counter', '{"disk.io","disk.id"="a",otel_scope_name="shop"} 2'],
    ],
    [
      'no_translation',
      '*/*',
      'text/plain; version=0.0.4; charset=utf-8',
      ['# TYPE disk_io counter', 'disk_io{disk_id="a",otel_scope_name="shop"} 2'],
    ],
  ];
  for (const [strategy, accept, type, lines] of cases) {
    test(`${strategy} for ${accept.slice(0, 70)}`, () => {
      const { meter, reader } = createTestMeter();
      meter.createCounter('disk.io', { unit: 'By' }).add(2, { 'disk.id': 'a' });
      const { contentType, ...style } = negotiate(accept, strategy);
      assert.equal(contentType, type);
      const text = renderMetrics(reader.collectSync(), {}, style, { targetInfo: false });
      const found = text
        .trim()
        .split('\n')
        .filter((line) => line !== '# EOF');
      assert.deepEqual(found.map(withoutVersion), lines);
    });
  }

  const withoutVersion = (line: string) =>
    line.replace(/otel_scope_name="[^"]*"(,otel_scope_version="[^"]*")?/, 'otel_scope_name="shop"');

  test('labels of the resource, without those of the scope; a point knows better', () => {
    const { meter, reader } = createTestMeter();
    meter.createGauge('g').record(1, { 'service.name': 'own' });
    meter.createGauge('h').record(1);
    const resource = { 'service.name': 'shop', 'service.floors': Object(5) as number, pid: 7 };
    const options = { scopeInfo: false, targetInfo: false, isResourceLabel: (key: string) => key !== 'pid' };
    const style = { format: 'text', naming: classicNaming } as const;
    assert.deepEqual(renderMetrics(reader.collectSync(), resource, style, options).trim().split('\n'), [
      '# TYPE g gauge',
      'g{service_name="own",service_floors="5"} 1',
      '# TYPE h gauge',
      'h{service_floors="5",service_name="shop"} 1',
    ]);
  });
});
