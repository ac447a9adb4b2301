import { metricScenario } from '../../harness/metric-scenario';
import { startRedis } from '../../harness/servers/redis';

/** redis 4 refuses a command before it becomes one. */
const tooLate =
  '            db.namespace=2 db.operation.name=GET db.system.name=redis error.type=ClientClosedError {redis} count=1';

metricScenario('redis', {
  fixture: 'redis',
  library: 'redis',
  scopes: ['redis'],
  servers: { redis: startRedis },
  expect: (version) => `
        redis
          db.client.operation.duration s histogram cumulative
            db.namespace=1 db.operation.name="MULTI INCR" db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name="PIPELINE GET" db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=CLIENT db.system.name=redis {redis} count=2
            db.namespace=1 db.operation.name=GET db.system.name=redis {redis} count=2
            db.namespace=1 db.operation.name=INCR db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=LPUSH db.response.status_code=WRONGTYPE db.system.name=redis error.type=WRONGTYPE {redis} count=1
            db.namespace=1 db.operation.name=MULTI db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=NOSUCH db.response.status_code=ERR db.system.name=redis error.type=ERR {redis} count=1
            db.namespace=1 db.operation.name=QUIT db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=SELECT db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=SET db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=SUBSCRIBE db.system.name=redis {redis} count=1
            db.namespace=1 db.operation.name=UNSUBSCRIBE db.system.name=redis {redis} count=1
${version.startsWith('4.') ? '' : tooLate}
            db.namespace=2 db.operation.name=GET db.system.name=redis {redis} count=1
            db.namespace=2 db.operation.name=PUBLISH db.system.name=redis {redis} count=1
            db.namespace=2 db.operation.name=QUIT db.system.name=redis {redis} count=1
  `,
});

metricScenario('ioredis', {
  fixture: 'ioredis',
  library: 'ioredis',
  scopes: ['ioredis'],
  servers: { redis: startRedis },
  expect: `
    ioredis
      db.client.operation.duration s histogram cumulative
        db.namespace=1 db.operation.name="MULTI incr" db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name="PIPELINE get" db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=MULTI db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=client db.system.name=redis {redis} count=2
        db.namespace=1 db.operation.name=get db.system.name=redis {redis} count=2
        db.namespace=1 db.operation.name=incr db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=lpush db.response.status_code=WRONGTYPE db.system.name=redis error.type=WRONGTYPE {redis} count=1
        db.namespace=1 db.operation.name=nosuch db.response.status_code=ERR db.system.name=redis error.type=ERR {redis} count=1
        db.namespace=1 db.operation.name=quit db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=select db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=set db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=subscribe db.system.name=redis {redis} count=1
        db.namespace=1 db.operation.name=unsubscribe db.system.name=redis {redis} count=1
        db.namespace=2 db.operation.name=get db.system.name=redis error.type=Error {redis} count=1
        db.namespace=2 db.operation.name=get db.system.name=redis {redis} count=1
        db.namespace=2 db.operation.name=publish db.system.name=redis {redis} count=1
        db.namespace=2 db.operation.name=quit db.system.name=redis {redis} count=1
  `,
});
