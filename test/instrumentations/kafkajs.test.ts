import { scenario } from '../harness/scenario';
import { startKafka } from '../harness/servers/kafka';

const servers = { kafka: startKafka };
const kafka = 'messaging.system.name=kafka server.address={kafka.host} server.port={kafka.port}';
const shop = `${kafka} messaging.client.id=shop`;
const anyone = `${kafka} messaging.client.id=kafkajs`;
const send = 'messaging.operation.name=send messaging.operation.type=send';
const process = 'messaging.operation.name=process messaging.operation.type=process';
const orders = 'messaging.destination.name=orders-{run.id}';
const returns = 'messaging.destination.name=returns-{run.id}';
const partition = 'messaging.destination.partition.id="0"';

const handled = `
    process orders-{run.id} CONSUMER
      | ${shop} ${process} ${orders} ${partition} messaging.consumer.group.name=fulfilment-{run.id}`;

const shipped = (offset: number) => `
      send shipped-{run.id} PRODUCER
        | ${shop} ${send} messaging.destination.name=shipped-{run.id} ${partition} kafka.offset=${offset}`;

scenario('kafkajs: eachMessage continues the trace of the producer', {
  fixture: 'kafkajs',
  servers,
  expect: `
  send orders-{run.id} PRODUCER
    | ${shop} ${send} ${orders} ${partition} kafka.offset=0 kafka.message.key=o-1
    ${handled} kafka.offset=0 kafka.message.key=o-1
      link: send orders-{run.id}
      ${shipped(0)}
  send orders-{run.id} PRODUCER ERROR "Snappy compression not implemented"
    | ${shop} ${send} ${orders} kafka.message.key=o-1 error.type=KafkaJSNotImplemented
  send orders-{run.id} PRODUCER
    | ${shop} ${send} ${orders} ${partition} kafka.offset=1 kafka.message.tombstone=true
    ${handled} kafka.offset=1 kafka.message.tombstone=true
      link: send orders-{run.id}
      ${shipped(1)}
  send orders-{run.id} PRODUCER
    | ${shop} ${send} ${orders} ${partition} kafka.offset=2
    ${handled.replace('CONSUMER', 'CONSUMER ERROR "out of stock"')} kafka.offset=2 error.type=Error
      link: send orders-{run.id}
    ${handled} kafka.offset=2
      link: send orders-{run.id}
      ${shipped(2)}`,
});

scenario('kafkajs: batches, transactions; eachBatch links to each message', {
  fixture: 'kafkajs',
  app: 'batch',
  servers,
  expect: `
  ~ send orders-{run.id} PRODUCER ${anyone} ${send} ${orders} ${partition} messaging.batch.message_count=2
  ~ send orders-{run.id} PRODUCER ${anyone} ${send} ${orders} ${partition} messaging.batch.message_count=2
  ~ send returns-{run.id} PRODUCER ${anyone} ${send} ${returns} ${partition} messaging.batch.message_count=2
    link: ...
  send orders-{run.id} PRODUCER ERROR "The producer is disconnected"
    | messaging.system.name=kafka messaging.client.id=kafkajs ${send} ${orders} error.type=KafkaJSError
  send orders-{run.id} PRODUCER ${anyone} ${send} ${orders} ${partition} kafka.offset=4
  process returns-{run.id} CONSUMER
    | ${anyone} ${process} ${returns} ${partition} messaging.consumer.group.name=audit-{run.id}
    | messaging.batch.message_count=2
    link: send returns-{run.id}
    link: ...`,
});
