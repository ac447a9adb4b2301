/**
 * How the modules that are not needed at every start are shared out among files: what is needed together lies together, so that a program
 * reads and compiles little that it does not use. The first pattern that matches a source decides; `later` has the rest.
 */
const chunkPatterns: readonly [chunk: string, pattern: RegExp][] = [
  ['config-file-model', /^src\/config\/(file\/|sampling-rules)/],
  // Without the standard samplers and propagators.
  ['sampling', /^src\/sdk\/trace\/sampling\/(?!samplers?\.ts)/],
  ['sampling', /^src\/sdk\/propagation\/(b3|jaeger|ottrace|xray|debug-flag|baggage-headers|environment)/],
  ['export-others', /^src\/export\/(console|zipkin|prometheus|spool)\//],
  ['export-others', /^src\/export\/(transport\/(grpc|file)|otlp\/json|split|stdout|jaeger-strategy)/],
  ['metrics', /^src\/(sdk\/metrics|export\/metrics|export\/otlp\/metric|start\/(self-metrics|metric-))/],
  ['metrics', /^instrumentations\/(runtime-node|process-metrics|host-metrics)/],
  ['logs', /^src\/(sdk\/logs|export\/logs|export\/otlp\/log|start\/record-source)/],
  ['loggers', /^instrumentations\/(pino|winston|bunyan|log4js|console|nestjs-logger)/],
  ['loggers', /^src\/kit\/(logging|log-ids|severity|operations\/log-record)/],
  [
    'encoding',
    /^src\/export\/otlp\/(common|known-attributes|scoped-batch|spare-writers|span|strings|writer)\.ts/,
  ],
  ['threads', /^src\/(threads\/|export\/hand-over|start\/worker-)/],
  [
    'rare',
    /^src\/(hook\/require|config\/complaints-names|start\/report|sdk\/(calling-api-version|trace\/process-parent)|diag\/bundle)/,
  ],
  // All of it, for the Reader; the Writer is in `encoding`.
  ['reader', /^node_modules\/protobufjs\//],
  ['export', /^src\/(export\/|sdk\/resource\/|model\/export-observation)/],
  ['messaging', /^(instrumentations\/kafkajs|src\/kit\/(messaging|operations\/messaging))/],
  ['databases', /^instrumentations\/(pg|redis|ioredis)/],
  ['databases', /^src\/kit\/(databases|sanitize\/(sql|redis)|operations\/(db|redis)-)/],
  ['fetch', /^instrumentations\/undici/],
  ['frameworks', /^instrumentations\/(express|fastify|koa|hono)/],
  ['http2', /^instrumentations\/http2/],
];

/** The chunk that a source belongs to. @param file - its path in the repository. */
export function chunkOf(file: string): string {
  return chunkPatterns.find(([, pattern]) => pattern.test(file))?.[0] ?? 'later';
}
