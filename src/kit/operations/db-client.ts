import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import { createMetrics } from '../metrics';
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
import { optionOf, parentContext } from '../options';
import { createSqlSanitizer, MAX_SQL_TEXT_CHARS, type SanitizedSql } from '../sanitize/sql';
import { type Span, telemetry } from '../telemetry';
import { dbOperationMetrics } from './db-metrics';
import { setServiceName } from './service-name';

/** How to read a database call. Getters run only for calls that are sampled or measured. */
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
  const parentOf = parentContext(client.instrumentation);
  const readQuery = queryReader(optionOf(client.instrumentation, 'queryText'));

  const metrics = createMetrics(client.instrumentation, dbOperationMetrics);

  return { ...safeOperation<C>({ start, end }), isForRecordingOnly: true };

  function start(call: C): Active {
    const parent = parentOf();
    // A sampler that asks for the name waits for the one that comes with the attributes.
    const span = tracer.startSpan(client.system, SpanKind.CLIENT, parent);
    const isRecording = span.isRecording();
    const target = metrics || isRecording ? readTarget(call) : undefined;
    if (isRecording) describe(span, target!, call);
    const active: ActiveCall = {
      span,
      context: telemetry.withSpan(parent, span),
      target: metrics && target,
      startMillis: metrics ? monotonicMillis() : 0,
    };
    return active;
  }

  function readTarget(call: C): DbTarget {
    const statement = read(client.sql, call);
    const query = statement === undefined ? undefined : readQuery(statement);
    const { address, port } = read(client.server, call) ?? unknownServer;
    return {
      summary: query?.summary || undefined,
      text: query?.text || undefined,
      operationName: read(client.operationName, call),
      collection: read(client.collection, call),
      namespace: read(client.namespace, call),
      address,
      port,
      shownPort: port === client.defaultPort ? undefined : port,
    };
  }

  function describe(span: Span, target: DbTarget, call: C): void {
    const { summary, operationName, collection, address, port } = target;
    const name = summary ?? spanName(operationName, collection ?? hostAndPort(address, port));
    if (name) span.updateName(name);
    span.setAttribute('db.system.name', client.system);
    set(span, 'db.query.summary', summary);
    set(span, 'db.query.text', target.text);
    set(span, 'db.operation.name', operationName);
    set(span, 'db.collection.name', collection);
    set(span, 'db.namespace', target.namespace);
    set(span, 'db.operation.batch.size', read(client.batchSize, call));
    set(span, 'server.address', address);
    set(span, 'server.port', target.shownPort);
    setServiceName(span, address, port);
  }

  function end(active: Active, call: C): void {
    const { span } = active;
    const { target } = active as ActiveCall;
    const hasFailed = call.error !== undefined;
    const isRecording = span.isRecording();
    if (target || (hasFailed && isRecording)) {
      const statusCode = hasFailed ? read(client.statusCode, call) : undefined;
      const failed = hasFailed ? (statusCode ?? errorType(call.error)) : undefined;
      if (failed !== undefined && isRecording) describeFailure(span, call, statusCode, failed);
      if (target) record(active as ActiveCall, target, statusCode, failed);
    }
    span.end();
  }

  function describeFailure(span: Span, call: C, statusCode: string | undefined, failed: string): void {
    set(span, 'db.response.status_code', statusCode);
    span.setAttribute('error.type', failed);
    const message = client.statusMessage ? read(client.statusMessage, call) : errorMessage(call.error);
    span.setStatus(message ? { code: SpanStatusCode.ERROR, message } : { code: SpanStatusCode.ERROR });
  }

  function record(
    { startMillis, context }: ActiveCall,
    { summary, operationName, collection, namespace, address, shownPort }: DbTarget,
    statusCode: string | undefined,
    failed: string | undefined,
  ): void {
    metrics!
      .at(
        client.system,
        summary,
        operationName,
        collection,
        namespace,
        address,
        shownPort,
        statusCode,
        failed,
      )
      .record('duration', (monotonicMillis() - startMillis) / 1000, context);
  }
}

/** How a statement is recorded: its text and summary. */
function queryReader(queryText: unknown): (statement: string) => SanitizedSql {
  const sanitize = createSqlSanitizer();
  if (queryText === 'none') return (statement) => ({ ...sanitize(statement), text: '' });
  if (queryText !== 'raw' && telemetry.settings.querySanitization) return sanitize;
  return (statement) => ({ ...sanitize(statement), text: statement.slice(0, MAX_SQL_TEXT_CHARS) });
}

/** A call under way; where metrics are collected, with what they need at the end. */
interface ActiveCall extends Active {
  readonly target: DbTarget | undefined;
  readonly startMillis: number;
}

/** What a call asks of whom. */
interface DbTarget {
  readonly summary: string | undefined;
  readonly text: string | undefined;
  readonly operationName: string | undefined;
  readonly collection: string | undefined;
  readonly namespace: string | undefined;
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** Missing if it is the usual one. */
  readonly shownPort: number | undefined;
}

const unknownServer: DbServer = {};

function spanName(operationName: string | undefined, target: string | undefined): string | undefined {
  return operationName && target ? `${operationName} ${target}` : operationName;
}

function hostAndPort(address: string | undefined, port: number | undefined): string | undefined {
  return address !== undefined && port !== undefined ? `${address}:${port}` : address;
}
