import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
  Metadata,
  Server,
  ServerCredentials,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import { type DecodedSpan, decodeTraces } from './decode';

/** The real gRPC implementation for Node.js; a dependency of the tests alone. */
export const grpc = createRequire(join(__dirname, '../package.json'))('@grpc/grpc-js') as GrpcModule;

interface GrpcModule {
  Server: new (options?: Record<string, unknown>) => Server;
  ServerCredentials: typeof ServerCredentials;
  Metadata: typeof Metadata;
  status: Readonly<Record<string, number>>;
}

export interface GrpcCall {
  /** Full name of the method. */
  readonly path: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Address of the client, so that connections can be told apart. */
  readonly peer: string;
  /** Milliseconds until the client's deadline. */
  readonly timeLeftMillis: number;
  /** The message, decompressed. */
  readonly body: Buffer;
}

/** What a call gets; without any of it: OK and an empty message. */
export interface GrpcAnswer {
  readonly code?: number;
  readonly message?: string;
  /** `grpc-status-details-bin`. */
  readonly details?: Uint8Array;
  /** The answer's message. */
  readonly body?: Uint8Array;
  /** Never answers. */
  readonly hangs?: boolean;
}

export interface GrpcReceiver {
  readonly port: number;
  readonly calls: readonly GrpcCall[];
  /** Spans of calls that were answered with OK. */
  readonly spans: readonly DecodedSpan[];
  answer: (call: GrpcCall, index: number) => GrpcAnswer | undefined;
  /** Stops and closes every connection. */
  stop(): void;
}

type Call = ServerUnaryCall<Buffer, Uint8Array>;
type Done = sendUnaryData<Uint8Array>;

const services = {
  trace: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/**
 * Starts an OTLP/gRPC receiver on the server of `@grpc/grpc-js`, in this process.
 *
 * @param address - `127.0.0.1:0`, or `unix:/path`
 */
export async function startGrpcReceiver(
  address = '127.0.0.1:0',
  credentials: ServerCredentials = grpc.ServerCredentials.createInsecure(),
  options: Record<string, unknown> = {},
): Promise<GrpcReceiver> {
  const calls: GrpcCall[] = [];
  const spans: DecodedSpan[] = [];
  const server = new grpc.Server(options);
  const pass = (bytes: Uint8Array) => Buffer.from(bytes);
  const definition = (path: string): ServiceDefinition => ({
    Export: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    },
  });
  for (const path of Object.values(services)) {
    server.addService(definition(path), {
      Export: ((call: Call, done: Done) => receive(path, call, done)) as UntypedHandleCall,
    });
  }

  function receive(path: string, call: Call, done: Done): void {
    const received: GrpcCall = {
      path,
      metadata: call.metadata.getMap(),
      peer: call.getPeer(),
      timeLeftMillis: Number(call.getDeadline()) - Date.now(),
      body: call.request,
    };
    const answer = receiver.answer(received, calls.push(received) - 1) ?? {};
    if (answer.hangs) return;
    if (!answer.code) {
      if (path === services.trace) spans.push(...decodeTraces(call.request));
      done(null, answer.body ?? new Uint8Array());
      return;
    }
    const metadata = new grpc.Metadata();
    if (answer.details) metadata.set('grpc-status-details-bin', Buffer.from(answer.details));
    done({ code: answer.code, details: answer.message ?? '', metadata });
  }

  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  const receiver: GrpcReceiver = {
    port,
    calls,
    spans,
    answer: () => undefined,
    stop: () => server.forceShutdown(),
  };
  return receiver;
}
