// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isDisabled } from '../../../src/config/before-start';
import type { Config } from '../../../src/config/config';
import { loadConfigFile } from '../../../src/config/file/load';
import { writeConfigFile } from '../../../src/config/file/write';
import { loadConfig } from '../../../src/config/load';
import { createSettingReader } from '../../../src/config/read-env';
import type { DeclaresOptions } from '../../../src/config/settings/options';

const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-load-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const fixtures = join(__dirname, '../../../fixtures/config');

describe('a file that uses most of what there is', () => {
  const env = {
    OTEL_CONFIG_FILE: join(fixtures, 'shop.yaml'),
    COLLECTOR: 'http://c:1',
    TOKEN: 't',
    RATIO: '0.5',
  };
  const { config, complaints } = loadConfig(env);

  test('nothing to complain about', () => assert.deepEqual(complaints, []));

  test('resource: typed attributes, the stronger one, detectors', () => {
    const { attributes, serviceName, detectors, detectedKeys } = config.resource;
    assert.deepEqual(detectedKeys, { excluded: ['process.command*'] });
    assert.deepEqual(
      { ...attributes },
      {
        team: 'blue',
        'service.name': 'shop',
        'shop.floors': 3,
        'shop.open': true,
        'shop.aisles': ['a', 'b'],
      },
    );
    assert.equal(serviceName, undefined);
    assert.deepEqual(detectors, ['process', 'serviceinstance', 'build']);
  });

  test('propagators in order, each once', () => {
    assert.deepEqual([...config.propagators].sort(), ['b3', 'baggage', 'tracecontext']);
    assert.equal(config.propagatorsSet, true);
  });

  test('span processors, each with its own exporter', () => {
    const [first, second, ...rest] = config.traces.processors;
    assert.deepEqual(rest, []);
    assert.deepEqual(first!.batch, {
      scheduleDelayMillis: 100,
      exportTimeoutMillis: 30_000,
      maxQueueSize: 1000,
      maxExportBatchSize: 512,
    });
    assert.ok(first!.exporter.kind === 'otlp');
    const { url, protocol, compression, headers, timeoutMillis } = first!.exporter;
    assert.deepEqual(
      { url, protocol, compression, headers: { ...headers }, timeoutMillis },
      {
        url: 'http://c:1/v1/traces',
        protocol: 'http/protobuf',
        compression: 'gzip',
        headers: { 'x-team': 'blue', authorization: 'Bearer t' },
        timeoutMillis: 10_000,
      },
    );
    assert.deepEqual(second, { exporter: { kind: 'console' } });
  });

  test('sampler and limits', () => {
    assert.deepEqual(config.traces.sampler, {
      kind: 'parent_based',
      root: { kind: 'trace_id_ratio', ratio: 0.5 },
    });
    assert.deepEqual(config.traces.limits, {
      attributeCount: 64,
      attributeValueLength: Number.POSITIVE_INFINITY,
      eventCount: 5,
      linkCount: 128,
      eventAttributeCount: 128,
      linkAttributeCount: 128,
    });
  });

  test('metric readers, views, exemplars', () => {
    const [periodic, prometheus] = config.metrics.readers;
    assert.ok(periodic?.kind === 'periodic' && periodic.exporter.kind === 'otlp');
    const { exporter: _, ...rest } = periodic;
    assert.equal(periodic.exporter.url, 'http://localhost:4318/v1/metrics');
    assert.deepEqual(rest, {
      kind: 'periodic',
      intervalMillis: 1000,
      timeoutMillis: 30_000,
      temporality: 'lowmemory',
      histogramAggregation: 'base2_exponential_bucket_histogram',
      cardinalityLimit: 10,
      cardinalityLimits: { histogram: 20 },
    });
    assert.deepEqual(prometheus, { kind: 'prometheus', host: 'localhost', port: 9999 });
    assert.deepEqual(config.metrics.views, [
      {
        selector: { instrumentName: 'http.*', instrumentType: 'histogram' },
        stream: {
          name: 'renamed',
          attributeKeys: { included: ['http.route'] },
          cardinalityLimit: 5,
          aggregation: { kind: 'explicit_bucket_histogram', boundaries: [1, 2], recordMinMax: false },
        },
      },
    ]);
    assert.equal(config.metrics.exemplarFilter, 'always_off');
  });

  test('logs', () => {
    assert.equal(config.logs.processors.length, 1);
    assert.deepEqual(config.logs.limits, { attributeCount: 64, attributeValueLength: 100 });
  });

  test('settings of Node.js and of instrumentations', () => {
    assert.equal(config.logLevel, 'warn');
    assert.equal(config.exitTimeoutMillis, 250);
    assert.deepEqual(config.instrumentations.disabled, ['koa', 'pg']);
    assert.deepEqual(config.httpKnownMethods, ['GET', 'POST']);
  });
});

describe('what a file leaves out', () => {
  test('a provider, and the propagators: there are none', () => {
    const { config } = load('');
    assert.deepEqual(
      [config.traces.processors, config.metrics.readers, config.logs.processors, config.propagators],
      [[], [], [], []],
    );
    assert.deepEqual(config.resource.detectors, []);
  });

  test('exporter options: the defaults of each kind', () => {
    const { config } = load(
      'tracer_provider: {processors: [{simple: {exporter: {otlp_http: }}}, {simple: {exporter: {otlp_grpc: }}}, {simple: {exporter: {otlp_http: {encoding: json}}}}]}',
    );
    assert.deepEqual(
      config.traces.processors.map(
        ({ exporter }) => exporter.kind === 'otlp' && [exporter.protocol, exporter.url],
      ),
      [
        ['http/protobuf', 'http://localhost:4318/v1/traces'],
        ['grpc', 'http://localhost:4317'],
        ['http/json', 'http://localhost:4318/v1/traces'],
      ],
    );
    assert.deepEqual(config.traces.sampler, { kind: 'parent_based', root: { kind: 'always_on' } });
  });
});

describe('exporters', () => {
  test('certificates, with their place in the file for messages', () => {
    const { config, name } = load(
      'tracer_provider: {processors: [{simple: {exporter: {otlp_grpc: {endpoint: "https://c:1", tls: {ca_file: /ca, key_file: /key, cert_file: /cert}}}}}]}',
    );
    const [{ exporter }] = config.traces.processors as [Config['traces']['processors'][0]];
    assert.ok(exporter.kind === 'otlp');
    assert.deepEqual(exporter.tls?.certificate, {
      path: '/ca',
      setting: `${name}:2: tracer_provider.processors[0].simple.exporter.otlp_grpc.tls.ca_file`,
    });
    assert.equal(exporter.tls?.clientKey?.path, '/key');
    assert.equal(exporter.tls?.clientCertificate?.path, '/cert');
  });

  test('files, as they are named', () => {
    const { config } = load(
      'logger_provider: {processors: [{simple: {exporter: {otlp_file/development: }}}, {simple: {exporter: {otlp_file/development: {output_stream: "file:///a%20b/logs.jsonl"}}}}]}',
    );
    assert.deepEqual(
      config.logs.processors.map(({ exporter }) => exporter),
      [
        { kind: 'file', signal: 'logs' },
        { kind: 'file', signal: 'logs', path: '/a b/logs.jsonl' },
      ],
    );
  });

  test('what all exporters share is below js', () => {
    const { config } = load(
      'tracer_provider: {processors: [{simple: {exporter: {otlp_http: }}}]}\ninstrumentation/development: {js: {node: {spool_directory: /spool}}}',
    );
    const [{ exporter }] = config.traces.processors as [Config['traces']['processors'][0]];
    assert.ok(exporter.kind === 'otlp');
    assert.equal(exporter.spool?.directory, '/spool');
  });
});

describe('metrics', () => {
  test('a console has what the file says, and the defaults of the file', () => {
    const { config, complaints } = load(
      'meter_provider: {readers: [{periodic: {exporter: {console: }}}, {periodic: {interval: 5, exporter: {console: {temporality_preference: low_memory, default_histogram_aggregation: base2_exponential_bucket_histogram}}}}]}',
    );
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      config.metrics.readers.map(
        (reader) =>
          reader.kind === 'periodic' && [
            reader.intervalMillis,
            reader.temporality,
            reader.histogramAggregation,
          ],
      ),
      [
        [60_000, 'cumulative', 'explicit_bucket_histogram'],
        [5, 'lowmemory', 'base2_exponential_bucket_histogram'],
      ],
    );
  });

  test('Prometheus: what it is told', () => {
    const { config, complaints } = load(
      'meter_provider: {readers: [{pull: {exporter: {prometheus/development: {scope_info_enabled: false, target_info_enabled/development: false, resource_constant_labels: {included: ["service.*"]}, translation_strategy: no_translation/development}}}}]}',
    );
    assert.deepEqual(complaints, []);
    assert.deepEqual(config.metrics.readers, [
      {
        kind: 'prometheus',
        host: 'localhost',
        port: 9464,
        text: {
          scopeInfo: false,
          targetInfo: false,
          resourceLabels: { included: ['service.*'] },
          translation: 'no_translation',
        },
      },
    ]);
  });
});

test('names of version 1.0 of the format, which others took the place of', () => {
  const text =
    'meter_provider: {readers: [{pull: {exporter: {prometheus/development: {without_scope_info: true, without_target_info/development: false, with_resource_constant_labels: {included: [a]}}}}}]}';
  const old = loadConfig({ OTEL_CONFIG_FILE: write(text, 'file_format: "1.0"\n') });
  assert.deepEqual(old.complaints, []);
  const [reader] = old.config.metrics.readers;
  assert.deepEqual(reader?.kind === 'prometheus' && reader.text, {
    scopeInfo: false,
    resourceLabels: { included: ['a'] },
  });
  assert.match(load(text).complaints[0]!, /without_scope_info: unknown key/);
});

describe('empty lists', () => {
  const general = (text: string) => load(`instrumentation/development: {general: ${text}}`);

  test('mean none where a list has a default', () => {
    const methods = general('{http: {server: {known_methods: []}, client: {known_methods: []}}}');
    assert.deepEqual([methods.complaints, methods.config.httpKnownMethods], [[], []]);
    const parameters = general('{sanitization: {url: {sensitive_query_parameters: []}}}');
    assert.deepEqual(
      [parameters.complaints, parameters.config.operations.sensitiveQueryParameters],
      [[], []],
    );
  });

  test('are not the same as none given', () => {
    const { config } = general('{}');
    assert.ok(config.httpKnownMethods.includes('GET'));
    assert.equal(config.operations.sensitiveQueryParameters, undefined);
  });
});

describe('samplers', () => {
  const on = { kind: 'always_on' };
  const off = { kind: 'always_off' };
  const cases: readonly [text: string, expected: unknown][] = [
    ['{always_on: }', on],
    ['{always_off: }', off],
    ['{trace_id_ratio_based: }', { kind: 'trace_id_ratio', ratio: 1 }],
    ['{probability/development: {ratio: 0.25}}', { kind: 'probability', ratio: 0.25 }],
    ['{probability/development: {ratio: 0}}', off],
    ['{parent_based: }', { kind: 'parent_based', root: on }],
    [
      '{parent_based: {root: {always_off: }, remote_parent_sampled: {always_off: }, remote_parent_not_sampled: {always_on: }, local_parent_sampled: {always_off: }, local_parent_not_sampled: {always_on: }}}',
      {
        kind: 'parent_based',
        root: off,
        remoteParentSampled: off,
        remoteParentNotSampled: on,
        localParentSampled: off,
        localParentNotSampled: on,
      },
    ],
    [
      '{jaeger_remote/development: {endpoint: "http://j:5778/sampling", interval: 1000, initial_sampler: {trace_id_ratio_based: {ratio: 0.1}}}}',
      {
        kind: 'jaeger_remote',
        endpoint: 'http://j:5778/sampling',
        pollingIntervalMillis: 1000,
        initial: { kind: 'trace_id_ratio', ratio: 0.1 },
      },
    ],
    [
      '{composite/development: {parent_threshold: {root: {probability: {ratio: 0.5}}}}}',
      {
        kind: 'composite',
        sampler: { kind: 'parent_threshold', root: { kind: 'probability', ratio: 0.5 } },
      },
    ],
    [
      '{composite/development: {rule_based: {rules: [{attribute_values: {key: http.route, values: [/health]}, span_kinds: [server], sampler: {always_off: }}, {attribute_patterns: {key: url.path, included: ["/a*"], excluded: ["/ab"]}, parent: [none], sampler: {always_on: }}]}}}',
      {
        kind: 'composite',
        sampler: {
          kind: 'rule_based',
          rules: [
            {
              match: {
                spanKinds: ['server'],
                conditions: [{ of: 'attribute', key: 'http.route', values: ['/health'] }],
              },
              sampler: off,
            },
            {
              match: {
                parents: ['none'],
                conditions: [{ of: 'attribute', key: 'url.path', included: ['/a*'], excluded: ['/ab'] }],
              },
              sampler: on,
            },
          ],
        },
      },
    ],
    ['{rate_limiting: {traces_per_second: 3}}', { kind: 'rate_limiting', tracesPerSecond: 3 }],
    [
      '{rules: {rules: ["path=/health* -> off"]}}',
      {
        kind: 'rules',
        rules: [{ match: { conditions: [{ of: 'path', included: ['/health*'] }] }, sampler: off }],
        otherwise: { kind: 'parent_based', root: on },
      },
    ],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      const { config, complaints } = load(
        `tracer_provider: {sampler: ${text}, processors: [{simple: {exporter: {console: }}}]}`,
      );
      assert.deepEqual(complaints, []);
      assert.deepEqual(config.traces.sampler, expected);
    });
  }
});

describe('what is valid and not supported gives a line with its path', () => {
  const exporter = 'processors: [{simple: {exporter: {console: }}}]';
  const cases: readonly [text: string, line: string][] = [
    [
      'resource: {attributes: [{name: floors, value: three, type: int}]}',
      'resource.attributes[0].value: expected int, got "three"; ignoring it',
    ],
    [
      'resource: {attributes: [{name: floors, value: 3, type: double_array}]}',
      'resource.attributes[0].value: expected double_array, got 3; ignoring it',
    ],
    [
      'resource: {detection/development: {detectors: [{aws: {region: here}}]}}',
      'resource.detection/development.detectors[0].aws.region: not supported here; ignoring it',
    ],
    [
      'propagator: {composite: [{jaeger: {deprecated: true}}]}',
      'propagator.composite[0].jaeger.deprecated: not supported here; ignoring it',
    ],
    [
      'propagator: {composite: [{tracecontex: }]}',
      'propagator.composite[0].tracecontex: not supported here (did you mean tracecontext?); ignoring it',
    ],
    [
      'propagator: {composite_list: "tracecontext,smoke"}',
      'propagator.composite_list: not supported here (smoke); ignoring it',
    ],
    [
      `tracer_provider: {id_generator: {xray: }, ${exporter}}`,
      'tracer_provider.id_generator.xray: not supported here; ignoring it',
    ],
    [
      `tracer_provider: {sampler: {coin: }, ${exporter}}`,
      'tracer_provider.sampler.coin: not supported here; ignoring it',
    ],
    [
      'tracer_provider: {processors: [{fast: }]}',
      'tracer_provider.processors[0].fast: not supported here; ignoring it',
    ],
    [
      'tracer_provider: {processors: [{simple: {exporter: {otlp_htp: }}}]}',
      'tracer_provider.processors[0].simple.exporter.otlp_htp: not supported here (did you mean otlp_http?); ignoring it',
    ],
    [
      'instrumentation/development: {js: {node: {exit_timeot: 5}}}',
      'instrumentation/development.js.node.exit_timeot: not supported here (did you mean exit_timeout?); ignoring it',
    ],
    [
      'instrumentation/development: {general: {http: {semconv: {version: 2}}}}',
      'instrumentation/development.general.http.semconv.version: not supported here (the stable conventions are always recorded, and no others); ignoring it',
    ],
    [
      'instrumentation/development: {general: {db: {semconv: {version: 1, dual_emit: true}}}}',
      'instrumentation/development.general.db.semconv.dual_emit: not supported here (the stable conventions are always recorded, and no others); ignoring it',
    ],
    [
      'instrumentation/development: {general: {stability_opt_in_list: "http,database/dup"}}',
      'instrumentation/development.general.stability_opt_in_list: not supported here (database/dup: the stable conventions are always recorded, and no others); ignoring it',
    ],
    [
      'instrumentation/development: {general: {http: {server: {known_methods: [GET]}, client: {known_methods: [GET, PUT]}}}}',
      'instrumentation/development.general.http.server.known_methods: servers and clients have one list of methods; using this one for both',
    ],
    [
      'instrumentation/development: {general: {http: {client: {known_methods: [GET]}}}}',
      'instrumentation/development.general.http.client.known_methods: servers and clients have one list of methods; using this one for both',
    ],
    [
      'instrumentation/development: {js: {node: {exit_timeout: []}}}',
      'instrumentation/development.js.node.exit_timeout: not supported here (an empty list); ignoring it',
    ],
    [
      'meter_provider: {readers: [{periodic: {producers: [{opencensus: }], exporter: {console: }}}]}',
      'meter_provider.readers[0].periodic.producers[0].opencensus: not supported here (there is no OpenCensus to read from on Node.js); ignoring it',
    ],
    [
      'meter_provider: {readers: [{pull: {exporter: {console: }}}]}',
      'meter_provider.readers[0].pull.exporter.console: not supported here; ignoring it',
    ],
    [
      `tracer_provider: {sampler: {rate_limiting: {rate: 5}}, ${exporter}}`,
      'tracer_provider.sampler.rate_limiting.rate: not supported here; ignoring it',
    ],
    [
      'instrumentation/development: {js: {node: {exit_timeout: soon}}}',
      'instrumentation/development.js.node.exit_timeout: expected an integer from 0 to 2147483647, got "soon"; using 500',
    ],
    [
      'distribution: {otel-instrument: {exit_timout: 5}}',
      'distribution.otel-instrument.exit_timout: not supported here (did you mean exit_timeout?); ignoring it',
    ],
  ];
  for (const [text, line] of cases) {
    test(line, () => {
      const { complaints, name } = load(text);
      assert.deepEqual(complaints, [`${name}:2: ${line}`]);
    });
  }

  test('an instrumentation that there is not', () => {
    const name = write(
      'instrumentation/development: {js: {express: {enabled: true}, expres: {enabled: true}}}',
    );
    assert.deepEqual(loadConfig({ OTEL_CONFIG_FILE: name }, [{ name: 'express' }]).complaints, [
      `${name}:2: instrumentation/development.js.expres.enabled: not supported here (did you mean express?); ignoring it`,
    ]);
  });

  test('what is meant for others, and the stable conventions, give none', () => {
    const text =
      'distribution: {other: {a: 1}}\ninstrumentation/development: {java: {a: {}}, general: {stability_opt_in_list: "http,database", http: {semconv: {version: 1}}, gen_ai: {semconv: {experimental: true}}}}';
    assert.deepEqual(load(text).complaints, []);
  });

  test('secrets are not repeated', () => {
    const text =
      'tracer_provider: {processors: [{simple: {exporter: {otlp_http: {endpoint: "ftp://u:secret@h", headers_list: "secret"}}}}]}';
    const lines = load(text).complaints;
    assert.equal(lines.length, 2);
    assert.ok(
      lines.every((line) => !line.includes('secret')),
      lines.join('\n'),
    );
  });
});

describe('variables', () => {
  const service = 'resource: {detection/development: {detectors: [{service: }]}}';

  test('those that the file does not refer to are named in one line', () => {
    const env = {
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_BSP_SCHEDULE_DELAY: '1',
      OTEL_UNKNOWN: 'x',
      OTEL_SERVICE_NAME: '',
    };
    const { config, complaints, name } = load('', env);
    assert.deepEqual(complaints, [
      `OTEL_TRACES_SAMPLER, OTEL_BSP_SCHEDULE_DELAY: not used, since OTEL_CONFIG_FILE names ${name}, which does not refer to them`,
    ]);
    assert.deepEqual(config.traces.sampler, { kind: 'parent_based', root: { kind: 'always_on' } });
  });

  test('those that it refers to are not', () => {
    assert.deepEqual(load('disabled: ${OTEL_SDK_DISABLED}', { OTEL_SDK_DISABLED: 'true' }).complaints, []);
    const { config, complaints } = load(service, { OTEL_SERVICE_NAME: 'named' });
    assert.deepEqual(complaints, []);
    assert.equal(config.resource.serviceName, 'named');
  });

  test("OTEL_SDK_DISABLED is the file's to say", () => {
    assert.equal(isDisabled({ OTEL_SDK_DISABLED: 'true' }), true);
    assert.equal(isDisabled({ OTEL_SDK_DISABLED: 'true', OTEL_CONFIG_FILE: 'x' }), false);
    assert.equal(load('disabled: true').config.sdkDisabled, true);
  });

  test('OTEL_EXPERIMENTAL_CONFIG_FILE is the older name', () => {
    const { config, complaints } = loadConfig({ OTEL_EXPERIMENTAL_CONFIG_FILE: write('log_level: error') });
    assert.equal(config.logLevel, 'error');
    assert.deepEqual(complaints, [
      'OTEL_EXPERIMENTAL_CONFIG_FILE: deprecated, expected OTEL_CONFIG_FILE; using it',
    ]);
  });
});

test('the example of the documentation is complete', () => {
  const page = readFileSync(join(__dirname, '../../../docs/configuration-file.md'), 'utf8');
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  const file = write(example!, '');
  const declared = [{ name: 'pg' }];
  const { config, complaints } = loadConfig({ OTEL_CONFIG_FILE: file }, declared);
  assert.deepEqual(complaints, []);
  assert.equal(config.resource.attributes['service.name'], 'shop');
  assert.equal(config.operations.options.pg!.enabled, false);
  assert.equal(config.exitTimeoutMillis, 250);
});

test('of a file that is not valid come the errors, and everything is off', () => {
  const { config, complaints, name } = load('disabled: 1');
  assert.deepEqual(complaints, [
    `${name}:2: disabled: expected true or false, got 1`,
    `${name}: not a valid configuration file; the program runs uninstrumented`,
  ]);
  assert.equal(config.sdkDisabled, true);
  assert.equal(config.propagatorsSet, false);
});

describe('a configuration that is written as a file and read again is the same', () => {
  const declared: readonly DeclaresOptions[] = [
    { name: 'pg' },
    { name: 'runtime-node' },
    { name: 'console', isOffByDefault: true },
  ];
  const cases: readonly Record<string, string>[] = [
    {},
    {
      OTEL_INSTRUMENTATION_PG_ENABLED: 'false',
      OTEL_INSTRUMENTATION_CONSOLE_ENABLED: 'true',
      OTEL_INSTRUMENTATION_RUNTIME_NODE_ENABLED: 'false',
    },
    {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'a=b',
      OTEL_LOG_LEVEL: 'debug',
      OTEL_PROPAGATORS: 'b3,baggage',
      OTEL_TRACES_EXPORTER: 'otlp,console',
      OTEL_METRICS_EXPORTER: 'prometheus,otlp/stdout',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '0',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '3',
      OTEL_NODE_KEEP_SLOW: '100',
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg,koa',
      OTEL_NODE_EXCLUDED_URLS: '/health,/ready',
    },
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    { OTEL_TRACES_SAMPLER: 'parentbased_probability', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    { OTEL_TRACES_SAMPLER: 'ratelimiting', OTEL_TRACES_SAMPLER_ARG: '5' },
    { OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote', OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://j/s' },
    { OTEL_TRACES_SAMPLER: 'xray' },
    {
      OTEL_TRACES_SAMPLER: 'rules',
      OTEL_TRACES_SAMPLER_ARG:
        'path=/health* -> off; kind=server method!=GET|HEAD name="a b" -> on; parent=remote http.x=1 -> 10/s; * -> 0.25',
    },
  ];
  for (const env of cases) {
    test(JSON.stringify(env), () => {
      const reader = createSettingReader(env);
      const { config, complaints } = loadConfig(env, declared);
      assert.deepEqual(complaints, []);
      const text = writeConfigFile(config, declared, reader.read);
      const again = loadConfig({ OTEL_CONFIG_FILE: write(text, '') }, declared);
      assert.deepEqual(again.complaints, []);
      assert.deepEqual(comparable(again.config), comparable(config), text);
    });
  }

  test('what only a file can say', () => {
    const text = `resource: {schema_url: s, attributes: [{name: a, value: 5, type: double}, {name: b, value: [1], type: double_array}]}
propagator: {composite: [{tracecontext: }]}
tracer_provider:
  processors: [{simple: {exporter: {console: }}}]
  tracer_configurator/development: {default_config: {enabled: false}, tracers: [{name: a.*, config: {}}]}
meter_provider:
  readers:
    - periodic: {max_export_batch_size/development: 7, exporter: {console: {temporality_preference: delta}}}
    - pull: {exporter: {prometheus/development: {scope_info_enabled: false, target_info_enabled/development: false, resource_constant_labels: {excluded: [a]}, translation_strategy: underscore_escaping_without_suffixes/development}}}
  meter_configurator/development: {meters: [{name: m, config: {enabled: false}}]}
logger_provider:
  processors: [{event_to_span_event_bridge/development: }]
  logger_configurator/development: {default_config: {minimum_severity: warn2, trace_based: true}}
instrumentation/development:
  general: {http: {server: {known_methods: []}, client: {known_methods: []}}, sanitization: {url: {sensitive_query_parameters: []}}}`;
    const { config, complaints, name } = load(text);
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      config.resource.attributes,
      Object.assign(Object.create(null), { a: Object(5), b: [Object(1)] }),
    );
    assert.deepEqual(config.logs, {
      ...config.logs,
      processors: [],
      bridgesEvents: true,
      configurator: {
        defaultConfig: { enabled: true, minimumSeverity: 14, traceBased: true },
        matchers: [],
      },
    });
    const { read } = loadConfigFile({ OTEL_CONFIG_FILE: name }, []);
    const written = writeConfigFile(config, [], read);
    const again = loadConfig({ OTEL_CONFIG_FILE: write(written, '') });
    assert.deepEqual(again.complaints, []);
    assert.deepEqual(comparable(again.config), comparable(config), written);
  });

  /** A name becomes an attribute, and propagators that are there were asked for. */
  function comparable({ resource, ...config }: Config) {
    const name = resource.serviceName ? { 'service.name': resource.serviceName } : {};
    const attributes = { ...resource.attributes, ...name };
    return { ...config, propagatorsSet: true, resource: { ...resource, attributes, serviceName: undefined } };
  }
});

let files = 0;

function write(text: string, head = 'file_format: "1.1"\n'): string {
  const name = join(scratch, `${files++}.yaml`);
  writeFileSync(name, `${head}${text}\n`);
  return name;
}

function load(text: string, env: Record<string, string> = {}) {
  const name = write(text);
  return { name, ...loadConfig({ ...env, OTEL_CONFIG_FILE: name }) };
}
