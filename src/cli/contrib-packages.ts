/** An instrumentation of the OpenTelemetry project, and the versions of the library that it is for. */
export interface ContribPackage {
  readonly package: string;
  readonly versions: string;
}

function contrib(name: string, versions: string): ContribPackage {
  return { package: `@opentelemetry/instrumentation-${name}`, versions };
}

/**
 * By library: what github.com/open-telemetry/opentelemetry-js and opentelemetry-js-contrib instrument (their packages' READMEs, August 2026). What
 * is instrumented here is looked up first, so a row may stay when an instrumentation of ours joins it.
 */
export const contribPackages: Readonly<Record<string, ContribPackage>> = {
  '@aws-sdk/client-dynamodb': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@aws-sdk/client-lambda': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@aws-sdk/client-s3': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@aws-sdk/client-sns': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@aws-sdk/client-sqs': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@aws-sdk/client-bedrock-runtime': contrib('aws-sdk', '>=3.0.0 <4.0.0'),
  '@cucumber/cucumber': contrib('cucumber', '>=8.0.0 <13.0.0'),
  '@grpc/grpc-js': contrib('grpc', '>=1.0.0 <2.0.0'),
  '@hapi/hapi': contrib('hapi', '>=17.0.0 <22.0.0'),
  '@nestjs/core': contrib('nestjs-core', '>=4.0.0 <12.0.0'),
  amqplib: contrib('amqplib', '>=0.5.5 <3.0.0'),
  bunyan: contrib('bunyan', '>=1.0.0 <2.0.0'),
  'cassandra-driver': contrib('cassandra-driver', '>=4.4.0 <5.0.0'),
  connect: contrib('connect', '>=3.0.0 <4.0.0'),
  dataloader: contrib('dataloader', '>=2.0.0 <3.0.0'),
  express: contrib('express', '>=4.0.0 <6.0.0'),
  'generic-pool': contrib('generic-pool', '>=2.0.0 <4.0.0'),
  graphql: contrib('graphql', '>=14.0.0 <17.0.0'),
  ioredis: contrib('ioredis', '>=2.0.0 <7.0.0'),
  kafkajs: contrib('kafkajs', '>=0.3.0 <3.0.0'),
  knex: contrib('knex', '>=0.10.0 <4.0.0'),
  koa: contrib('koa', '>=2.0.0 <4.0.0'),
  langchain: contrib('langchain', '>=1.0.0 <2.0.0'),
  'lru-memoizer': contrib('lru-memoizer', '>=1.3.0 <4.0.0'),
  memcached: contrib('memcached', '>=2.2.0 <3.0.0'),
  mongodb: contrib('mongodb', '>=3.3.0 <8.0.0'),
  mongoose: contrib('mongoose', '>=5.9.7 <10.0.0'),
  mysql: contrib('mysql', '>=2.0.0 <3.0.0'),
  mysql2: contrib('mysql2', '>=1.4.2 <4.0.0'),
  openai: contrib('openai', '>=4.19.0 <7.0.0'),
  oracledb: contrib('oracledb', '>=6.7.0 <8.0.0'),
  pg: contrib('pg', '>=8.0.3 <9.0.0'),
  pino: contrib('pino', '>=5.14.0 <11.0.0'),
  redis: contrib('redis', '>=2.6.0 <7.0.0'),
  restify: contrib('restify', '>=4.1.0 <13.0.0'),
  router: contrib('router', '>=1.0.0 <3.0.0'),
  sequelize: contrib('sequelize', '>=6.0.0 <7.0.0'),
  'socket.io': contrib('socket.io', '>=2.0.0 <5.0.0'),
  tedious: contrib('tedious', '>=1.11.0 <21.0.0'),
  typeorm: contrib('typeorm', '>=0.3.0 <1.0.0'),
  undici: contrib('undici', '>=5.12.0'),
  winston: contrib('winston', '>=1.0.0 <4.0.0'),
};
