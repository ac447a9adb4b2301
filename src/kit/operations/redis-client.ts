import { type Call, errorMessage, type Getter, type Operation } from '../operation';
import { redisOperationName } from '../sanitize/redis';
import { type DbServer, dbClient } from './db-client';

/** How to read a call that makes one round trip to Redis: `command`, or `batch` for several commands sent together. */
export interface RedisClient<C extends Call> {
  /** Name of the instrumentation, as in its definition. */
  readonly instrumentation: string;
  readonly command?: Getter<C, unknown>;
  readonly batch?: Getter<C, RedisBatch>;
  /** `undefined` where a cluster has yet to choose the node. */
  readonly server: Getter<C, RedisServer>;
  /** Index of the database that the connection is in. */
  readonly database: Getter<C, number>;
}

export interface RedisBatch {
  readonly mode: 'MULTI' | 'PIPELINE';
  /** Names of the program's commands, without the `MULTI` and `EXEC` around them. */
  readonly commands: readonly unknown[];
}

/** The server as the program configured it. */
export interface RedisServer {
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  /** Of a Unix domain socket; then there is no host and no port. */
  readonly path?: string | null | undefined;
}

const defaultPort = 6379;

/**
 * A round trip to Redis. No argument is recorded: no `db.query.text`, and of an error reply only the prefix, since its text may quote
 * arguments (`unknown command 'x', with args beginning with: ...`).
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
export function redisClient<C extends Call>(client: RedisClient<C>): Operation<C> {
  const { batch } = client;
  return dbClient<C>({
    instrumentation: client.instrumentation,
    system: 'redis',
    operationName: (call) => (batch ? batchName(batch(call)!) : redisOperationName(client.command!(call))),
    batchSize: (call) => batch && batchSize(batch(call)!),
    namespace: (call) => client.database(call)?.toString(),
    server: (call) => dbServer(client.server(call)),
    defaultPort,
    statusCode: ({ error }) => (isErrorReply(error) ? errorPrefix(error) : undefined),
    statusMessage: ({ error }) => (isErrorReply(error) ? undefined : errorMessage(error)),
  });
}

function dbServer(server: RedisServer | undefined): DbServer | undefined {
  if (server === undefined) return undefined;
  return server.path
    ? { address: server.path, port: undefined }
    : { address: server.host || 'localhost', port: Number(server.port ?? defaultPort) };
}

/** A pipeline of one command is that command, says the convention on `db.operation.batch.size`. */
function batchName({ mode, commands }: RedisBatch): string {
  const [first] = commands;
  if (first === undefined || commands.some((name) => name !== first)) return mode;
  const name = redisOperationName(first);
  return mode === 'PIPELINE' && commands.length === 1 ? name : `${mode} ${name}`;
}

function batchSize({ commands }: RedisBatch): number | undefined {
  return commands.length === 1 ? undefined : commands.length;
}

/** Class names of what the server answered; other errors are the client's own. */
const errorReplies = new Set(['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError']);

function isErrorReply(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ReplyError' || errorReplies.has(error.constructor.name));
}

const prefix = /^[A-Z][A-Z0-9]{1,31}(?= |$)/;

/** `WRONGTYPE` of `WRONGTYPE Operation against a key holding the wrong kind of value`. */
function errorPrefix(error: unknown): string | undefined {
  return prefix.exec((error as Error).message)?.[0];
}
