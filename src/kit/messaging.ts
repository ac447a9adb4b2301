/** For instrumentations of message brokers' clients. */
export { addEnvelope, type Fields } from './messaging/envelope';
export { envelopeMode } from './operations/messaging-common';
export { messagingConsumer } from './operations/messaging-consumer';
export { type FieldsFor, messagingProducer, type Outgoing } from './operations/messaging-producer';
