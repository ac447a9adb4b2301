import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canCarryHeaders, clientOf } from '../../../instrumentations/kafkajs/cluster';

const connection = { host: 'one', port: 9092, clientId: 'shop' };
const broker = { connectionPool: { pool: [connection] } };
const clusterOf = (brokerPool: object) => ({ brokerPool: { brokers: {}, ...brokerPool } });

test('error.type is what the protocol or the connection says, below all wrapping', () => {
  const { errorType } = clientOf(() => clusterOf({}));
  const kafkaError = (more: object) => Object.assign(new Error('x'), { name: 'KafkaJSError' }, more);
  const typeOf = (error: unknown) => errorType({ self: undefined, args: [], error });
  const refused = kafkaError({ type: 'INVALID_TOPIC_EXCEPTION', code: 17 });
  assert.equal(typeOf(refused), 'INVALID_TOPIC_EXCEPTION');
  assert.equal(typeOf(kafkaError({ cause: kafkaError({ cause: refused }) })), 'INVALID_TOPIC_EXCEPTION');
  assert.equal(typeOf(kafkaError({ originalError: kafkaError({ code: 'ECONNREFUSED' }) })), 'ECONNREFUSED');
  assert.equal(typeOf(kafkaError({ cause: new Error('x') })), undefined);
  assert.equal(typeOf(Object.assign(new Error('of a handler'), { type: 'out of stock' })), undefined);
  assert.equal(typeOf(null), undefined);
});

test('an error that is its own cause ends', () => {
  const error = Object.assign(new Error('x'), { name: 'KafkaJSError', cause: undefined as unknown });
  error.cause = error;
  assert.equal(clientOf(() => clusterOf({})).errorType({ self: undefined, args: [], error }), undefined);
});

test('headers go with Produce requests of version 3, and where versions are not known yet', () => {
  const withProduce = (maxVersion: number) => clusterOf({ versions: { 0: { minVersion: 0, maxVersion } } });
  assert.equal(canCarryHeaders(withProduce(2)), false);
  assert.equal(canCarryHeaders(withProduce(3)), true);
  assert.equal(canCarryHeaders(clusterOf({ versions: null })), true);
});

test('the server is told only where there is one', () => {
  const call = { self: undefined, args: [] };
  const serverOf = (brokers: object) => {
    const { serverAddress, serverPort } = clientOf(() => clusterOf({ brokers }));
    return [serverAddress(call), serverPort(call)];
  };
  assert.deepEqual(serverOf({}), [undefined, undefined]);
  assert.deepEqual(serverOf({ 1: broker }), ['one', 9092]);
  assert.deepEqual(serverOf({ 1: { connection } }), ['one', 9092]);
  assert.deepEqual(serverOf({ 1: broker, 2: broker }), [undefined, undefined]);
  assert.equal(clientOf(() => clusterOf({ seedBroker: broker })).clientId(call), 'shop');
});
