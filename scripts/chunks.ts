/**
 * How the modules that are not needed at every start are shared out among files: what is needed together lies together, so that a program
 * reads and compiles little that it does not use. The first pattern that matches a source decides; `later` has the rest.
 */
const chunkPatterns: readonly [chunk: string, pattern: RegExp][] = [
  ['config-file-model', /^src\/config\/(file\/|sampling-rules)/],
  ['sampling', /^src\/sdk\/(trace\/sampling|propagation)\//],
  ['clouds', /^src\/sdk\/resource\/(aws|gcp|azure|alibaba|k8s|.*metadata)/],
  ['export-others', /^src\/export\/(console|zipkin|prometheus|spool)\//],
  ['export-others', /^src\/export\/(transport\/(grpc|file|proxy)|otlp\/json|split|advice)/],
  ['metrics', /^src\/(sdk\/metrics|export\/metrics|export\/otlp\/metric|start\/self-metrics)/],
  ['metrics', /^instrumentations\/(runtime-node|process-metrics|host-metrics)/],
  ['logs', /^src\/(sdk\/logs|export\/logs|export\/otlp\/log)/],
  [
    'loggers',
    /^(instrumentations\/(pino|winston|bunyan|log4js|console)|src\/kit\/(operations\/log|severity))/,
  ],
  [
    'encoding',
    /^(src\/export\/otlp\/(common|scoped-batch|span|strings)|node_modules\/(protobufjs|@protobufjs|long)\/)/,
  ],
  ['threads', /^src\/(threads\/|export\/hand-over|start\/worker-thread)/],
  ['rare', /^src\/(sdk\/(calling-api-version|trace\/process-parent)|diag\/bundle)/],
  ['export', /^(src\/(export|sdk\/resource)|node_modules\/(protobufjs|@protobufjs|long))\//],
  ['messaging', /^(instrumentations\/kafkajs|src\/kit\/(operations\/messaging|messaging\/))/],
  [
    'databases',
    /^(instrumentations\/(pg|redis|ioredis)|src\/kit\/(operations\/(db|redis)|sanitize\/(sql|redis)))/,
  ],
  ['frameworks', /^instrumentations\/(express|fastify|koa|hono)/],
  ['http2', /^instrumentations\/http2/],
];

/** The chunk that a source belongs to. @param file - its path in the repository. */
export function chunkOf(file: string): string {
  return chunkPatterns.find(([, pattern]) => pattern.test(file))?.[0] ?? 'later';
}
