import type { TestContext } from 'node:test';
import type { Server, ServerCredentials, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { grpc } from '../../harness/grpc-receiver';

/** The fields of jaeger-idl's api_v2/sampling.proto. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Parameters { string serviceName = 1; }
  message Probabilistic { double samplingRate = 1; }
  message RateLimiting { int32 maxTracesPerSecond = 1; }
  message Operation { string operation = 1; Probabilistic probabilisticSampling = 2; }
  message Operations {
    double defaultSamplingProbability = 1;
    double defaultLowerBoundTracesPerSecond = 2;
    repeated Operation perOperationStrategies = 3;
    double defaultUpperBoundTracesPerSecond = 4;
  }
  enum Type { PROBABILISTIC = 0; RATE_LIMITING = 1; }
  message Response {
    Type strategyType = 1;
    Probabilistic probabilisticSampling = 2;
    RateLimiting rateLimitingSampling = 3;
    Operations operationSampling = 4;
  }`);
const [parameters, response] = [root.lookupType('Parameters'), root.lookupType('Response')];

/** What is answered: a strategy, a message as it is, or a status other than OK; `undefined` never answers. */
export type StrategyAnswer = object | Uint8Array | { readonly code: number; readonly details: string };

export interface StrategyServer {
  readonly port: number;
  /** The services that were asked for. */
  readonly asked: readonly string[];
}

/** A `SamplingManager` of Jaeger on the server of `@grpc/grpc-js`. */
export async function startStrategyServer(
  t: TestContext,
  answer: (service: string) => StrategyAnswer | undefined,
  credentials: ServerCredentials = grpc.ServerCredentials.createInsecure(),
): Promise<StrategyServer> {
  const asked: string[] = [];
  const server: Server = new grpc.Server();
  const definition = {
    GetSamplingStrategy: {
      path: '/jaeger.api_v2.SamplingManager/GetSamplingStrategy',
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  };
  server.addService(definition, { GetSamplingStrategy: receive });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  t.after(() => server.forceShutdown());
  return { port, asked };

  function receive(call: ServerUnaryCall<Buffer, Uint8Array>, done: sendUnaryData<Uint8Array>): void {
    const { serviceName } = parameters.toObject(parameters.decode(call.request)) as { serviceName: string };
    asked.push(serviceName);
    const answered = answer(serviceName);
    if (answered === undefined) return;
    if (answered instanceof Uint8Array) done(null, answered);
    else if ('code' in answered) done({ ...answered, metadata: new grpc.Metadata() });
    else done(null, response.encode(response.fromObject(answered)).finish());
  }
}
