import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpanKind } from '@opentelemetry/api';
import type { SpanData } from '../../src/model/span-data';
import { nodeVersion } from './node-versions';
import { startOtlpReceiver } from './otlp-receiver';
import { maskOutput, runProgram } from './run-program';
import { Unavailable } from './servers/server';

export interface ExchangeCases {
  /** A program that runs the case named by its argument and ends by itself. */
  readonly program: string;
  /** Version of Node. Default: the one that runs the tests. */
  readonly node?: string;
  /** By case its spans, sorted, a comma between: kind, name, status (`-` when none was sent) and `error.type` if there is one. */
  readonly spans: Readonly<Record<string, string>>;
  /** Cases that end with an uncaught error. */
  readonly failing?: readonly string[];
}

/**
 * Registers a test for each way in which an HTTP exchange can go. Each expects that every span that was started has ended once, with the
 * status that was really sent, and that stdout, stderr and exit code are those of a run without us.
 */
export function exchangeCases({
  program,
  node = process.versions.node,
  spans,
  failing = [],
}: ExchangeCases): void {
  const nodePath = nodeVersion(node);
  for (const [name, expected] of Object.entries(spans)) {
    test(name, async (context) => {
      if (nodePath instanceof Unavailable) return context.skip(nodePath.message);
      const receiver = await startOtlpReceiver();
      try {
        const [plain, traced] = await Promise.all([
          runProgram([program, name], { node: nodePath }),
          runProgram([program, name], {
            node: nodePath,
            preload: true,
            env: {
              OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
              OTEL_NODE_EXIT_TIMEOUT: '10000',
              OTEL_METRICS_EXPORTER: 'none',
              OTEL_LOGS_EXPORTER: 'none',
            },
          }),
        ]);
        await receiver.drained();
        assert.equal(traced.timedOut, false, `hangs\nstdout: ${traced.stdout}\nstderr: ${traced.stderr}`);
        assert.equal(plain.exitCode, failing.includes(name) ? 1 : 0, plain.stderr);
        assert.equal(traced.exitCode, plain.exitCode, traced.stderr);
        assert.equal(maskOutput(traced.stdout), maskOutput(plain.stdout));
        assert.equal(masked(traced.stderr), masked(plain.stderr));
        assert.equal(receiver.spans.map(summary).sort().join(', '), expected);
      } finally {
        await receiver.stop();
      }
    });
  }
}

function summary({ kind, name, attributes }: SpanData): string {
  const parts = [
    SpanKind[kind],
    name,
    attributes['http.response.status_code'] ?? '-',
    attributes['error.type'],
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** Where context is kept, Node itself adds a frame to some stacks, and with two listeners `emit` stands on another line. */
function masked(stderr: string): string {
  return maskOutput(stderr)
    .replace(/^ +at .*\.callbackTrampoline \(node:internal\/async_hooks.*\n/gm, '')
    .replace(/\(node:events:\d+:\d+\)/g, '(node:events)');
}
