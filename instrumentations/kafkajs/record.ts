import {
  addEnvelope,
  envelopeMode,
  type Fields,
  type FieldsFor,
  type Outgoing,
} from '../../src/kit/messaging';
import type { Message } from './message';

interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

/** What `send` and `sendBatch` get, in one. */
export interface ProducerRecord extends Partial<TopicMessages> {
  readonly topicMessages?: readonly TopicMessages[];
}

/** Empty for a record that makes no sense to the library either. */
export function readRecord(record: ProducerRecord): Outgoing<Message>[] {
  const all: readonly unknown[] = record?.topicMessages ?? [record];
  if (!Array.isArray(all) || !all.every(isTopicMessages)) return [];
  return all
    .filter(({ messages }) => messages.length > 0)
    .map(({ topic, messages }) => ({ destination: topic, messages }));
}

function isTopicMessages(value: unknown): value is TopicMessages {
  const { topic, messages } = (value ?? {}) as Partial<TopicMessages>;
  return typeof topic === 'string' && Array.isArray(messages) && messages.every(isObject);
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/**
 * A copy of a record with copies of its messages that carry their fields. One with a message that the library is going to refuse stays as it
 * is, since the refusal quotes the message.
 */
export function carryInRecord(
  record: ProducerRecord,
  fieldsFor: FieldsFor<Message>,
  hasHeaders: boolean,
): ProducerRecord {
  const withFields = ({ topic, messages }: TopicMessages) =>
    messages.map((message) => {
      const fields = fieldsFor(topic, message);
      return fields ? carryIn(message, fields, hasHeaders) : message;
    });
  const all = record.topicMessages ?? [record as TopicMessages];
  if (all.some(({ messages }) => messages.some((message) => message.value === undefined))) return record;
  const changed = record.topicMessages
    ? { topicMessages: all.map((each) => copyOf(each, ['topic'], { messages: withFields(each) })) }
    : { messages: withFields(all[0]!) };
  return copyOf(record, ['topic', 'acks', 'timeout', 'compression'], changed);
}

/** The library sends what spreading a message gives. */
function carryIn(message: Message, fields: Fields, hasHeaders: boolean): Message {
  const { headers, value } = { ...message };
  if (headers !== undefined && !isObject(headers)) return message;
  const changed: { headers?: Message['headers']; value?: unknown } = {};
  if (hasHeaders) changed.headers = { ...fields, ...headers };
  const enveloped = addEnvelope(value, fields, envelopeMode());
  if (enveloped !== undefined) changed.value = enveloped;
  if (Object.keys(changed).length === 0) return message;
  return copyOf(message, ['key', 'value', 'headers', 'partition', 'timestamp'], changed);
}

/**
 * A copy in which some properties differ, spread or read. That of an instance of a class inherits from it, but holds the properties that the
 * library reads: getters that use private fields do not work on an heir.
 */
function copyOf<T extends object>(original: T, names: readonly string[], changed: Partial<T>): T {
  const prototype = Object.getPrototypeOf(original);
  if (prototype === Object.prototype || prototype === null) return { ...original, ...changed };
  const copy = Object.create(original);
  for (const name of names) {
    const value = (original as Record<string, unknown>)[name];
    if (value !== undefined) Object.defineProperty(copy, name, { value, configurable: true });
  }
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors({ ...original, ...changed }));
}
