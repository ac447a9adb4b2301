import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { DecodedSpan } from '../../harness/decode';
import { startOtlpReceiver } from '../../harness/otlp-receiver';
import { type ProgramOptions, type ProgramRun, registerPath, runProgram } from '../../harness/run-program';
import { fixturesDirectory } from '../../harness/version-sets';
import { assertSameRun } from '../../harness/with-and-without';

export const repository = join(__dirname, '../../..');

/** The packages that are installed for these tests: other preloads, test runners, package managers. */
export const packages = join(fixturesDirectory, 'node_modules');

/** Express, as it lies in a store or beside a program. */
export const expressDirectory = join(fixturesDirectory, 'versions/odd-programs');

/** A Node of each line, and on both sides of where the hook on imports changes. */
export const nodeLines = ['18.19.0', '20.6.0', '22.14.0', '22.23.3', '24.21.0', '26.10.0'] as const;

/** Names and kinds of the spans of {@link asksItself}. */
export const itsSpans = ['GET /u/:id SERVER', 'GET CLIENT'];

/** A server that asks itself once and ends: the body of a program, after `express` and `http` are loaded. */
export const asksItself = `
const server = express().get('/u/:id', (request, response) => response.send(request.params.id)).listen(0, '127.0.0.1', () => {
  http.get({ host: '127.0.0.1', port: server.address().port, path: '/u/7', agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => server.close());
  });
});
`;

/** The same as whole programs. */
export const commonJs = `const express = require('express'); const http = require('node:http');${asksItself}`;
export const esModule = `import express from 'express'; import http from 'node:http';${asksItself}`;
/** With Node's own modules alone; its spans are `GET SERVER` and `GET CLIENT`. */
export const coreOnly = `const http = require('node:http');
const server = http.createServer((request, response) => response.end('7')).listen(0, '127.0.0.1', () => {
  http.get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => server.close());
  });
});
`;
export const coreSpans = ['GET CLIENT', 'GET SERVER'];

/** Writes files into a folder of their own, which goes when the tests of the file are done. */
export function layFiles(files: Readonly<Record<string, string>>, under = tmpdir()): string {
  const directory = mkdtempSync(join(under, 'otel-instrument-odd-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** The same, below the folder where `express` is found. */
export const layBesideExpress = (files: Readonly<Record<string, string>>) => {
  const runs = join(expressDirectory, '.run');
  mkdirSync(runs, { recursive: true });
  return layFiles(files, runs);
};

export interface OddProgram extends ProgramOptions {
  /** Arguments of node, or of `node`, without us and with us alike. */
  readonly args: readonly string[];
  /** Added with us alone, e.g. the preload in a place of its own. */
  readonly traced?: ProgramOptions & { readonly args?: readonly string[] };
  /** Name and kind of all spans, in any order. */
  readonly spans: readonly string[];
  /** Lines of ours on standard error, in order. */
  readonly lines?: readonly RegExp[];
  readonly exitCode?: number;
}

/** Runs a program without us and with us, and expects the same of both, the lines of ours, and the spans. */
export async function runOdd(
  program: OddProgram,
): Promise<{ run: ProgramRun; spans: readonly DecodedSpan[] }> {
  const { args, traced = {}, spans, lines = [], exitCode = 0, ...options } = program;
  const receiver = await startOtlpReceiver();
  try {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_EXIT_TIMEOUT: '10000',
      ...traced.env,
    };
    const { args: tracedArgs = args, ...tracedOptions } = traced;
    const runs = {
      plain: await runProgram(args, options),
      traced: await runProgram(tracedArgs, {
        preload: true,
        ...options,
        ...tracedOptions,
        env: { ...options.env, ...env },
      }),
    };
    assert.equal(runs.plain.exitCode, exitCode, runs.plain.stderr);
    assertSameRun(runs, lines.length);
    const ours = runs.traced.stderr.split('\n').filter((line) => line.startsWith('otel-instrument: '));
    assert.equal(ours.length, lines.length, `lines of ours:\n${runs.traced.stderr}`);
    for (const [index, line] of lines.entries()) assert.match(ours[index]!, line);
    await receiver.drained();
    assert.deepEqual(receiver.spans.map(nameAndKind).sort(), [...spans].sort());
    return { run: runs.traced, spans: receiver.spans };
  } finally {
    await receiver.stop();
  }
}

const kinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const nameAndKind = ({ name, kind }: DecodedSpan) => `${name} ${kinds[kind]}`;

/** Our preload among others: named by a flag, where its place among the other flags counts. */
export const ours = ['--require', registerPath];
