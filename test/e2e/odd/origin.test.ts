import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runProgram } from '../../harness/run-program';
import { fixturesDirectory } from '../../harness/version-sets';
import { layFiles, repository } from './odd-program';

const from = (set: string, name: string) =>
  `require('node:module').createRequire(${JSON.stringify(join(fixturesDirectory, 'versions', set, 'package.json'))})('${name}')`;

/** Calls of patched functions that throw, or that call a function of the program that does. Each needs no server. */
const calls: Readonly<Record<string, string>> = {
  'http.request': `require('node:http').request({ host: '127.0.0.1', path: 'a b' });`,
  'http.get': `require('node:http').get('no url');`,
  'http.get, options': `require('node:http').get({ headers: { 'a b': 1 } });`,
  'a handler of http': `const http = require('node:http');
const server = http.createServer(() => {
  throw new Error('in a handler');
}).listen(0, '127.0.0.1', () => http.get({ host: '127.0.0.1', port: server.address().port }).on('error', () => {}));`,
  'a response callback of http': `const http = require('node:http');
const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () =>
  http.get({ host: '127.0.0.1', port: server.address().port }, () => {
    throw new Error('in a callback');
  }));`,
  'http2.connect': `require('node:http2').connect('no url');`,
  'a handler of http2': `const http2 = require('node:http2');
const server = http2.createServer(() => {
  throw new Error('in a handler');
}).listen(0, '127.0.0.1', () => http2.connect('http://127.0.0.1:' + server.address().port).on('error', () => {}).request({ ':path': '/' }).on('error', () => {}).end());`,
  'console.log': `console.log({ get [Symbol.toStringTag]() {
  throw new Error('in a getter');
} });`,
  'pg, Client.query': `const { Client } = ${from('pg-8.23.1', 'pg')};
new Client().query(null);`,
  'pg, a submittable': `const { Client } = ${from('pg-8.23.1', 'pg')};
new Client().query({ get text() {
  throw new Error('in a getter');
} });`,
  'ioredis, a transformer': `const Redis = ${from('ioredis-5.11.1', 'ioredis')};
Redis.Command.setArgumentTransformer('set', () => {
  throw new Error('in a transformer');
});
new Redis({ lazyConnect: true }).set('a', 1);`,
  'pino, a serializer': `const pino = ${from('pino-9.14.0', 'pino')};
pino({ serializers: { a() {
  throw new Error('in a serializer');
} } }).info({ a: 1 }, 'm');`,
  'winston, a format': `const winston = ${from('winston-3.19.0', 'winston')};
winston.createLogger({ format: winston.format(() => {
  throw new Error('in a format');
})(), transports: [new winston.transports.Console()] }).info('m');`,
  'bunyan, a serializer': `const bunyan = ${from('bunyan-2.0.5', 'bunyan')};
bunyan.createLogger({ name: 'a', streams: [{ type: 'raw', level: 'info', stream: { write() {
  throw new Error('in a stream');
} } }] }).info('m');`,
  'koa, use': `const Koa = ${from('koa-2.16.4', 'koa')};
new Koa().use('no function');`,
  'express, use': `const express = ${from('express-5.3.0', 'express')};
express().use('no function');`,
  'fastify, a route': `const fastify = ${from('fastify-5.12.8', 'fastify')};
fastify().route({ method: 'NONE', url: 1 });`,
  'kafkajs, a producer': `const { Kafka } = ${from('kafkajs-2.2.4', 'kafkajs')};
new Kafka({ brokers: [] }).consumer();`,
  'a callback of child_process': `require('node:child_process').spawn('x', 'no list');`,
  'a timer in an active span': `setTimeout(() => {
  throw new Error('in a timer');
}, 1);`,
};

const directory = layFiles(
  Object.fromEntries(Object.entries(calls).map(([name, source]) => [`${name}.cjs`, source])),
);

describe('the origin that Node prints for an uncaught error', () => {
  for (const name of Object.keys(calls)) {
    test(name, async () => {
      const args = [join(directory, `${name}.cjs`)];
      const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
      const plain = await runProgram(args, { cwd: directory });
      const traced = await runProgram(args, { cwd: directory, preload: true, env });
      assert.equal(plain.exitCode, 1, `it does not end by an error:\n${plain.stderr}`);
      assert.equal(traced.exitCode, 1);
      assert.equal(originOf(traced.stderr), originOf(plain.stderr));
    });
  }
});

/** What stands before the stack: the file and line, its text, and a caret. */
function originOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !line.startsWith('otel-instrument: '));
  const caret = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  assert.ok(caret >= 1, stderr);
  return lines.slice(0, caret + 1).join('\n');
}

test('no wrapper of ours catches an error and throws it again', () => {
  const folders = ['src/kit', 'src/hook', 'instrumentations'];
  const found = folders.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /catch \((\w+)\) \{[^}]*throw \1\b/.test(readFileSync(join(repository, folder, name), 'utf8')),
      )
      .map((name) => `${folder}/${name}`),
  );
  assert.deepEqual(found, []);
});
