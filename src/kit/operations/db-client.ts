import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  type Active,
  type Call,
  errorMessage,
  errorType,
  type Getter,
  type Operation,
  read,
  safeOperation,
  set,
} from '../operation';
import { createSqlSanitizer } from '../sanitize/sql';
import { type Span, telemetry } from '../telemetry';

/** How to read a database call. Getters run only for sampled calls. */
export interface DbClient<C extends Call> {
  /** Name of the instrumentation, as in its definition. */
  readonly instrumentation: string;
  /** A well-known value of `db.system.name`. */
  readonly system: string;
  /** `db.operation.name`, for systems that are not asked in SQL. */
  readonly operationName?: Getter<C, string>;
  /** The statement; literals become `?`, and the span is named by its summary. */
  readonly sql?: Getter<C, string>;
  readonly namespace?: Getter<C, string>;
  readonly collection?: Getter<C, string>;
  readonly batchSize?: Getter<C, number>;
  readonly server?: Getter<C, DbServer>;
  /** Recorded unless it is the port. */
  readonly defaultPort?: number;
  /** `db.response.status_code` of a failed call, such as an SQLSTATE. */
  readonly statusCode?: Getter<C, string>;
  /** Description of a failed call's status, where the error's message may hold what the program sent. */
  readonly statusMessage?: Getter<C, string>;
}

/** `server.*` of a database: a host and its port, or the path of a Unix socket. */
export interface DbServer {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/**
 * A call to a database (semantic conventions, "Database client spans"): CLIENT, named by `db.query.summary`, or by the operation
 * and its collection or server.
 */
export function dbClient<C extends Call>(client: DbClient<C>): Operation<C> {
  const tracer = telemetry.instrumented(client.instrumentation);
  const sanitizeSql = createSqlSanitizer();

  return safeOperation<C>({ start, end });

  function start(call: C): Active {
    const parent = telemetry.activeContext();
    // No sampler of ours asks for the name, so only a span that is recorded gets its own.
    const span = tracer.startSpan(client.system, SpanKind.CLIENT, parent);
    if (span.isRecording()) describe(span, call);
    return { span, context: telemetry.withSpan(parent, span) };
  }

  function describe(span: Span, call: C): void {
    const statement = read(client.sql, call);
    const query = statement === undefined ? undefined : sanitizeSql(statement);
    const operationName = read(client.operationName, call);
    const collection = read(client.collection, call);
    const { address, port } = read(client.server, call) ?? unknownServer;
    const name = query?.summary || spanName(operationName, collection ?? hostAndPort(address, port));
    if (name) span.updateName(name);
    span.setAttribute('db.system.name', client.system);
    set(span, 'db.query.summary', query?.summary || undefined);
    set(span, 'db.query.text', query?.text || undefined);
    set(span, 'db.operation.name', operationName);
    set(span, 'db.collection.name', collection);
    set(span, 'db.namespace', read(client.namespace, call));
    set(span, 'db.operation.batch.size', read(client.batchSize, call));
    set(span, 'server.address', address);
    if (port !== client.defaultPort) set(span, 'server.port', port);
  }

  function end({ span }: Active, call: C): void {
    if (call.error !== undefined && span.isRecording()) {
      const statusCode = read(client.statusCode, call);
      set(span, 'db.response.status_code', statusCode);
      span.setAttribute('error.type', statusCode ?? errorType(call.error));
      const message = client.statusMessage ? read(client.statusMessage, call) : errorMessage(call.error);
      span.setStatus(message ? { code: SpanStatusCode.ERROR, message } : { code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}

const unknownServer: DbServer = {};

function spanName(operationName: string | undefined, target: string | undefined): string | undefined {
  return operationName && target ? `${operationName} ${target}` : operationName;
}

function hostAndPort(address: string | undefined, port: number | undefined): string | undefined {
  return address !== undefined && port !== undefined ? `${address}:${port}` : address;
}
