import { messageOf } from '../diag/log';
import type { Message } from './otlp/json-fields';
import { readMessageOf } from './otlp/json-request';
import { Writer } from './otlp/writer';
import { callUnary } from './transport/grpc-unary';

const method = '/jaeger.api_v2.SamplingManager/GetSamplingStrategy';

/**
 * Asks a Jaeger collector by gRPC how to sample a service, and calls back once.
 *
 * @param url - http or https; only host and port count
 * @param done - gets what the collector answers by HTTP, as an object
 * @see https://github.com/jaegertracing/jaeger-idl/blob/main/proto/api_v2/sampling.proto
 */
export function fetchJaegerStrategy(
  url: string,
  serviceName: string,
  done: (answer: { readonly value: unknown } | { readonly problem: string }) => void,
): void {
  const parameters = Writer.create()
    .uint32((1 << 3) | 2)
    .string(serviceName)
    .finish();
  callUnary(url, method, parameters, (answer) => done('problem' in answer ? answer : decode(answer.message)));
}

function decode(message: Uint8Array): { value: unknown } | { problem: string } {
  try {
    return { value: readMessageOf(strategyResponse, message) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

const probabilistic: Message = { 1: { name: 'samplingRate', type: 'double' } };
const operation: Message = {
  1: { name: 'operation', type: 'string' },
  2: { name: 'probabilisticSampling', type: () => probabilistic },
};
const strategyResponse: Message = {
  1: { name: 'strategyType', type: 'uint32' },
  2: { name: 'probabilisticSampling', type: () => probabilistic },
  3: {
    name: 'rateLimitingSampling',
    type: () => ({ 1: { name: 'maxTracesPerSecond', type: 'uint32' } }),
  },
  4: {
    name: 'operationSampling',
    type: () => ({
      1: { name: 'defaultSamplingProbability', type: 'double' },
      2: { name: 'defaultLowerBoundTracesPerSecond', type: 'double' },
      3: { name: 'perOperationStrategies', type: () => operation, isRepeated: true },
    }),
  },
};
