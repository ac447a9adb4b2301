import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import type { MetricPoint } from '../metrics';
import { type Active, reportFailure, set } from '../operation';
import { parentContext } from '../options';
import { telemetry } from '../telemetry';
import { captureHeaders, type HeaderSource } from './http-capture';
import {
  defaultPort,
  isExcluded,
  isKnownMethod,
  plainAddress,
  splitHostPort,
  splitTarget,
  unknownMethodName,
  urlRedactor,
} from './http-common';
import { createHttpMetrics, httpClientMetrics } from './http-metrics';
import { setServiceName } from './service-name';

/** Where one request on the wire goes. */
export interface ClientTarget {
  /** Absolute; of CONNECT the authority alone. Credentials and secrets are removed here. */
  readonly url: string;
  /** Of the URL, where they are known without taking it apart. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Of a server on a Unix socket: its path, which then is the address. */
  readonly socketPath?: string | undefined;
}

/** How a request ended. */
export interface ClientOutcome {
  readonly statusCode?: number | undefined;
  /** Why there is no (whole) response: the error's code or class. */
  readonly errorType?: string | undefined;
  /** `1.1`, `2`. */
  readonly protocolVersion?: string | undefined;
  readonly peerAddress?: string | undefined;
  readonly peerPort?: number | undefined;
  /** Of the response. */
  readonly headers?: (() => HeaderSource) | undefined;
  /** Bytes of the bodies, where they are known. */
  readonly requestSize?: number | undefined;
  readonly responseSize?: number | undefined;
  /** In place of the first one, where only the connection told the port. */
  readonly target?: ClientTarget | undefined;
}

/** The span of a request under way, and where metrics are collected, what they need at the end. */
interface ClientSpan extends Active {
  readonly measured: MeasuredRequest | undefined;
}

interface MeasuredRequest {
  readonly startMillis: number;
  readonly method: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** The requests of this method to this server that are under way. */
  readonly active: MetricPoint<'requests'>;
}

/** Requests by a client (semantic conventions, "HTTP client spans"): CLIENT, named by the method, one span a request on the wire. */
export function httpClient(instrumentation: string) {
  const tracer = telemetry.instrumented(instrumentation);
  const metrics = createHttpMetrics(instrumentation, httpClientMetrics);
  const parentOf = parentContext(instrumentation);
  const { capturedHeaders, excludedUrls } = telemetry.settings;
  /** `isMeasured`: whether sizes of bodies are wanted. */
  return { start, inject, end, isMeasured: metrics !== undefined };

  /**
   * Begins the span; `undefined` if it is not to be traced. Never throws.
   * @param target - read only where it is needed.
   * @param headers - of the request, read only if the user wants some of them.
   */
  function start(
    method: string,
    target: () => ClientTarget,
    headers: () => HeaderSource,
  ): Active | undefined {
    if (telemetry.isSuppressed() || telemetry.isTracedElsewhere?.()) return undefined;
    try {
      // Nothing to record, nothing to hand on.
      if (!telemetry.isRecording && telemetry.activeContext() === telemetry.rootContext) return undefined;
      if (excludedUrls && isExcluded(target().url)) return undefined;
      const parent = parentOf();
      const isKnown = isKnownMethod(method);
      const span = tracer.startSpan(isKnown ? method : unknownMethodName, SpanKind.CLIENT, parent);
      const isRecording = span.isRecording();
      const server = metrics || isRecording ? readServer(target()) : undefined;
      const knownMethod = isKnown ? method : '_OTHER';
      if (isRecording) {
        span.setAttribute('http.request.method', knownMethod);
        if (!isKnown) span.setAttribute('http.request.method_original', method.slice(0, 64));
        setServer(span, server!);
        captureHeaders(span, 'request', capturedHeaders.clientRequest, headers);
      }
      const active: ClientSpan = {
        span,
        context: telemetry.withSpan(parent, span),
        measured: metrics && measure(knownMethod, server!),
      };
      return active;
    } catch (error) {
      reportFailure(error);
      return undefined;
    }
  }

  /**
   * Gives the span's identity to `setHeader`, unless the program set a `traceparent` of its own, which is left as the only one, or the server is to
   * get none. Never throws.
   * @param to - host or URL of the server; missing for a Unix socket.
   */
  function inject(
    { context }: Active,
    to: string | undefined,
    hasHeader: (name: string) => boolean,
    setHeader: (name: string, value: string) => void,
  ) {
    try {
      if (hasHeader('traceparent')) return;
      const told = telemetry.contextFor(to && hostOf(to), context);
      if (told === undefined) return;
      telemetry.propagator.inject(told, undefined, {
        set: (_carrier, name, value) => {
          if (!hasHeader(name)) setHeader(name, value);
        },
      });
    } catch (error) {
      reportFailure(error);
    }
  }

  function measure(method: string, { address, port }: Server): MeasuredRequest {
    const active = metrics!.active.at(method, address, port);
    active.record('requests', 1);
    return { startMillis: monotonicMillis(), method, address, port, active };
  }

  /** Ends the span. Never throws. */
  function end(active: Active, outcome: ClientOutcome): void {
    const { span } = active;
    const { measured } = active as ClientSpan;
    const { statusCode } = outcome;
    try {
      if (measured || span.isRecording()) {
        const server = outcome.target && readServer(outcome.target);
        const failed =
          outcome.errorType ??
          (statusCode !== undefined && statusCode >= 400 ? String(statusCode) : undefined);
        if (span.isRecording()) {
          describeEnd(span, outcome, server, failed);
          if (outcome.headers)
            captureHeaders(span, 'response', capturedHeaders.clientResponse, outcome.headers);
        }
        if (measured) record(active as ClientSpan, measured, outcome, server ?? measured, failed);
      }
      span.end();
    } catch (error) {
      reportFailure(error);
    }
  }

  function record(
    { context }: ClientSpan,
    { startMillis, method, active }: MeasuredRequest,
    { statusCode, protocolVersion, requestSize, responseSize }: ClientOutcome,
    { address, port }: Pick<Server, 'address' | 'port'>,
    failed: string | undefined,
  ): void {
    const point = metrics!.finished.at(method, address, port, statusCode, failed, protocolVersion);
    active.record('requests', -1, context);
    point.record('duration', (monotonicMillis() - startMillis) / 1000, context);
    if (requestSize !== undefined) point.record('requestSize', requestSize, context);
    if (responseSize !== undefined) point.record('responseSize', responseSize, context);
  }
}

function describeEnd(
  span: Active['span'],
  outcome: ClientOutcome,
  server: Server | undefined,
  failed: string | undefined,
): void {
  if (server) setServer(span, server);
  set(span, 'http.response.status_code', outcome.statusCode);
  set(span, 'network.protocol.version', outcome.protocolVersion);
  set(span, 'network.peer.address', plainAddress(outcome.peerAddress));
  set(span, 'network.peer.port', outcome.peerPort);
  if (failed === undefined) return;
  span.setAttribute('error.type', failed);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** `server.*` name the server that the URL names, also behind a proxy; the proxy is the `network.peer.*`. */
interface Server {
  readonly url: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
}

function setServer(span: Active['span'], { url, address, port }: Server): void {
  span.setAttribute('url.full', urlRedactor().redactUrl(url));
  set(span, 'server.address', address);
  set(span, 'server.port', port);
  setServiceName(span, address, port);
}

function readServer({ url, socketPath, host, port }: ClientTarget): Server {
  if (socketPath !== undefined) return { url, address: socketPath, port: undefined };
  if (host !== undefined) return { url, address: host || undefined, port };
  const { scheme, authority = '' } = splitTarget(url, url.includes('://') ? 'GET' : 'CONNECT');
  const named = splitHostPort(authority);
  return {
    url,
    address: named.host || undefined,
    port: named.port ?? (scheme === undefined ? undefined : defaultPort(scheme)),
  };
}

function hostOf(hostOrUrl: string): string {
  const isUrl = hostOrUrl.includes('://');
  return splitHostPort(isUrl ? (splitTarget(hostOrUrl, 'GET').authority ?? '') : hostOrUrl).host;
}
