import { metricScenario } from '../../harness/metric-scenario';
import { startKafka } from '../../harness/servers/kafka';

metricScenario('kafkajs', {
  fixture: 'kafkajs',
  library: 'kafkajs',
  servers: { kafka: startKafka },
  expect: `
    kafkajs
      messaging.client.consumed.messages {message} sum cumulative monotonic
        error.type=Error messaging.consumer.group.name=fulfilment-{run.id} messaging.destination.name=orders-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} 1n
        messaging.consumer.group.name=fulfilment-{run.id} messaging.destination.name=orders-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} 3n
      messaging.client.operation.duration s histogram cumulative
        error.type=KafkaJSNotImplemented messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka {kafka} count=1
        messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka {kafka} count=3
        messaging.destination.name=shipped-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka {kafka} count=3
      messaging.client.sent.messages {message} sum cumulative monotonic
        error.type=KafkaJSNotImplemented messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.system.name=kafka {kafka} 1n
        messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.system.name=kafka {kafka} 3n
        messaging.destination.name=shipped-{run.id} messaging.operation.name=send messaging.system.name=kafka {kafka} 3n
      messaging.process.duration s histogram cumulative
        error.type=Error messaging.consumer.group.name=fulfilment-{run.id} messaging.destination.name=orders-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} count=1
        messaging.consumer.group.name=fulfilment-{run.id} messaging.destination.name=orders-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} count=3
  `,
});

metricScenario('kafkajs, batches', {
  fixture: 'kafkajs',
  app: 'batch',
  library: 'kafkajs',
  servers: { kafka: startKafka },
  expect: `
    kafkajs
      messaging.client.consumed.messages {message} sum cumulative monotonic
        messaging.consumer.group.name=audit-{run.id} messaging.destination.name=returns-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} 2n
      messaging.client.operation.duration s histogram cumulative
        error.type=KafkaJSError messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka count=1
        messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka {kafka} count=3
        messaging.destination.name=returns-{run.id} messaging.operation.name=send messaging.operation.type=send messaging.system.name=kafka {kafka} count=1
      messaging.client.sent.messages {message} sum cumulative monotonic
        error.type=KafkaJSError messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.system.name=kafka 1n
        messaging.destination.name=orders-{run.id} messaging.operation.name=send messaging.system.name=kafka {kafka} 5n
        messaging.destination.name=returns-{run.id} messaging.operation.name=send messaging.system.name=kafka {kafka} 2n
      messaging.process.duration s histogram cumulative
        messaging.consumer.group.name=audit-{run.id} messaging.destination.name=returns-{run.id} messaging.destination.partition.id=0 messaging.operation.name=process messaging.system.name=kafka {kafka} count=1
  `,
});
