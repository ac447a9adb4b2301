// By hand (`wrap`): producers are made by a factory that hides its cluster, handlers are given to a runner, and both must be reached before the
// fetch loop and the connections start, which belong to no request.
import { type AnyFunction, defineInstrumentation, telemetry } from '../src/kit';
import { traceHandlers } from './kafkajs/consumer';
import { traceProducers } from './kafkajs/producer';

export default defineInstrumentation({
  name: 'kafkajs',
  docs: {
    title: 'KafkaJS',
    description:
      'A producer span for each topic of send and sendBatch (also in transactions), a consumer span for each message of eachMessage and each batch of eachBatch; W3C context in the headers.',
    link: 'https://kafka.js.org',
  },
  targets: [
    {
      module: 'kafkajs',
      versions: '>=1.16.0 <3.0.0',
      patches: [
        { file: 'src/producer/messageProducer.js', method: '', wrap: traceProducers },
        { file: 'src/consumer/runner.js', method: 'prototype.start', wrap: traceHandlers },
        { file: 'src/network/connection.js', method: 'prototype.connect', wrap: runOutside },
      ],
    },
  ],
});

/** A connection outlives the request that needed it first. */
function runOutside(connect: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: any[]) {
    return telemetry.runOutside(() => Reflect.apply(connect, this, args));
  };
}
