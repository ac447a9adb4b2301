/**
 * redis 4 hides its client from the queue that all commands go through, and redis 5 tells nothing of what a batch holds: both are read
 * with hand-made wrappers beside the operations.
 */
import {
  type AnyFunction,
  type Call,
  clientOptions,
  defineInstrumentation,
  type MethodPatch,
  type Patch,
  wrapWithOperation,
} from '../src/kit';
import { type RedisBatch, redisClient } from '../src/kit/databases';
import {
  bindTask,
  type Client,
  type CommandArguments,
  connectAsOwnWork,
  databaseOf,
  isOwn,
  rememberDatabase,
  runAsOwnWork,
} from './redis/client';
import { clientOf, constructPart, joinClient } from './redis/queue-client';

type QueuedCommand = { readonly args: CommandArguments };

/**
 * Message of the channel `node-redis:command`, since 5.12. Used in bundles alone: for whoever listens the client makes such a message of every
 * command, its arguments matched against expressions, and a promise more; wrapping costs half of that.
 */
interface CommandMessage {
  readonly args: CommandArguments;
  readonly database: number;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  /** Set on each command of a pipeline, which is seen as a whole elsewhere. */
  readonly batchMode?: string;
}

const instrumentation = 'redis';

// --- What the operations read ---------------------------------------------------------------------------------------

const ofClient = {
  instrumentation,
  server: ({ self }: Call<Client>) => self.options?.socket ?? {},
  database: ({ self }: Call<Client>) => databaseOf(self),
};

const command = redisClient<Call<Client, readonly [CommandArguments]>>({
  ...ofClient,
  command: ({ args: [args] }) => args[0],
});

const queuedCommand = redisClient<Call<object, readonly [CommandArguments]>>({
  instrumentation,
  command: ({ args: [args] }) => args[0],
  server: ({ self }) => clientOf(self)?.options?.socket ?? {},
  database: ({ self }) => databaseOf(clientOf(self)),
});

const publishedCommand = redisClient<Call<CommandMessage>>({
  instrumentation,
  command: ({ self }) => self.args[0],
  server: ({ self: { serverAddress, serverPort } }) =>
    serverPort === undefined ? { path: serverAddress } : { host: serverAddress, port: serverPort },
  database: ({ self }) => self.database,
});

const commandNamed = (name: string) => redisClient<Call<Client>>({ ...ofClient, command: () => name });

const batchOf = (mode: RedisBatch['mode']) =>
  redisClient<Call<Client, readonly [readonly QueuedCommand[]]>>({
    ...ofClient,
    batch: ({ args: [commands] }) => ({ mode, commands: commands.map(({ args }) => args[0]) }),
  });

/** redis 4: a transaction has a chain id as its last argument, and in 4.0 also its `MULTI` and `EXEC` among the commands. */
const queuedBatch = redisClient<Call<Client>>({
  ...ofClient,
  batch: ({ args }) => {
    const names = (args[0] as readonly QueuedCommand[]).map(({ args }) => args[0]);
    return {
      mode: typeof args.at(-1) === 'symbol' ? 'MULTI' : 'PIPELINE',
      commands: names[0] === 'MULTI' ? names.slice(1, -1) : names,
    };
  },
});

// --- Patches --------------------------------------------------------------------------------------------------------

const client = 'dist/lib/client/index.js';
const queue = 'dist/lib/client/commands-queue.js';
const socket = 'dist/lib/client/socket.js';
const slots = 'dist/lib/cluster/cluster-slots.js';

/** Commands that have a method of their own in every version: they do not go through `sendCommand`. */
const ownMethods: readonly Patch[] = [
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PSUBSCRIBE',
  'PUNSUBSCRIBE',
  'SSUBSCRIBE',
  'SUNSUBSCRIBE',
  'MONITOR',
].map((name) => ({
  file: client,
  method: `default.prototype.${name}`,
  optional: true,
  operation: commandNamed(name),
  settle: 'promise',
}));

const everyVersion: readonly Patch[] = [
  { file: client, method: 'default.prototype.connect', wrap: connectAsOwnWork },
  { file: client, method: 'default.prototype.SELECT', wrap: rememberDatabase },
  { file: slots, method: 'default.prototype.connect', wrap: runAsOwnWork },
  { file: slots, method: 'default.prototype.rediscover', wrap: runAsOwnWork, optional: true },
  ...ownMethods,
];

const redis4: readonly Patch[] = [
  { file: queue, method: 'default', wrap: (make) => constructPart('queue', make) },
  { file: socket, method: 'default', wrap: (make) => constructPart('socket', make) },
  { file: socket, method: 'default.prototype.connect', wrap: joinClient },
  {
    file: queue,
    method: 'default.prototype.addCommand',
    operation: queuedCommand,
    settle: 'promise',
    when: ({ args: [args] }) => !queueingBatch && !isOwn(args),
  },
  { file: client, method: 'default.prototype.multiExecutor', wrap: traceQueuedBatch },
];

const redis5: readonly Patch[] = [
  {
    file: client,
    method: 'default.prototype.sendCommand',
    operation: command,
    settle: 'promise',
    when: ({ args: [args] }) => !isOwn(args),
  },
  {
    file: client,
    method: 'default.prototype._executeMulti',
    operation: batchOf('MULTI'),
    settle: 'promise',
  },
  {
    file: client,
    method: 'default.prototype._executePipeline',
    operation: batchOf('PIPELINE'),
    settle: 'promise',
  },
  {
    file: client,
    method: 'default.prototype.QUIT',
    operation: commandNamed('QUIT'),
    settle: 'promise',
  },
  { file: 'dist/lib/client/pool.js', method: 'RedisClientPool.prototype.execute', wrap: bindTask },
  { file: 'dist/lib/sentinel/index.js', method: 'default.prototype.connect', wrap: runAsOwnWork },
];

const inBundles: Patch = {
  tracing: 'node-redis:command',
  operation: publishedCommand,
  call: (message: CommandMessage) =>
    message.batchMode !== undefined || isOwn(message.args) ? undefined : { self: message, args: [] },
};

export default defineInstrumentation({
  name: 'redis',
  docs: {
    title: 'redis',
    description: 'One client span a round trip: a command, a pipeline or a transaction. No arguments.',
    link: 'https://github.com/redis/node-redis',
    packages: '`redis` 4 to 6',
  },
  options: clientOptions,
  targets: [
    { module: '@node-redis/client', versions: '>=1.0.0 <2.0.0', patches: [...everyVersion, ...redis4] },
    {
      module: '@redis/client',
      versions: '>=1.0.0 <2.0.0 || >=5.0.0 <7.0.0',
      patches: [
        ...everyVersion,
        ...redis4.map((patch) => ({ versions: '<2.0.0', ...patch })),
        ...redis5.map((patch) => ({ versions: '>=5.0.0', ...patch })),
        inBundles,
      ],
    },
  ],
});

// --- Batches of redis 4 ---------------------------------------------------------------------------------------------

let queueingBatch = false;

function traceQueuedBatch(multiExecutor: AnyFunction): AnyFunction {
  const patch: MethodPatch = { method: 'multiExecutor', operation: queuedBatch, settle: 'promise' };
  return wrapWithOperation(function (this: unknown, ...args: unknown[]) {
    queueingBatch = true;
    try {
      return Reflect.apply(multiExecutor, this, args);
    } finally {
      queueingBatch = false;
    }
  }, patch);
}
