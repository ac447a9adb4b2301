import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type Active, reportFailure, set } from '../operation';
import { redactUrl } from '../sanitize/url';
import { telemetry } from '../telemetry';
import {
  defaultPort,
  isKnownMethod,
  plainAddress,
  splitHostPort,
  splitTarget,
  unknownMethodName,
} from './http-common';

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
  /** In place of the first one, where only the connection told the port. */
  readonly target?: ClientTarget | undefined;
}

/** Requests by a client (semantic conventions, "HTTP client spans"): CLIENT, named by the method, one span a request on the wire. */
export function httpClient(instrumentation: string) {
  const tracer = telemetry.instrumented(instrumentation);
  return { start, inject, end };

  /** Begins the span; `undefined` if it is not to be traced. Never throws. @param target - read only if the span is recorded. */
  function start(method: string, target: () => ClientTarget): Active | undefined {
    if (telemetry.isSuppressed()) return undefined;
    try {
      const parent = telemetry.activeContext();
      const isKnown = isKnownMethod(method);
      const span = tracer.startSpan(isKnown ? method : unknownMethodName, SpanKind.CLIENT, parent);
      if (span.isRecording()) {
        span.setAttribute('http.request.method', isKnown ? method : '_OTHER');
        if (!isKnown) span.setAttribute('http.request.method_original', method.slice(0, 64));
        setTarget(span, target());
      }
      return { span, context: telemetry.withSpan(parent, span) };
    } catch (error) {
      reportFailure(error);
      return undefined;
    }
  }

  /**
   * Gives the span's identity to `setHeader`, unless the program set a `traceparent` of its own: that one is left as the only one.
   * Never throws.
   */
  function inject(
    { context }: Active,
    hasHeader: (name: string) => boolean,
    setHeader: (name: string, value: string) => void,
  ) {
    try {
      if (hasHeader('traceparent')) return;
      telemetry.propagator.inject(context, undefined, {
        set: (_carrier, name, value) => {
          if (!hasHeader(name)) setHeader(name, value);
        },
      });
    } catch (error) {
      reportFailure(error);
    }
  }

  /** Ends the span. Never throws. */
  function end({ span }: Active, outcome: ClientOutcome): void {
    try {
      if (span.isRecording()) {
        const { statusCode } = outcome;
        if (outcome.target) setTarget(span, outcome.target);
        set(span, 'http.response.status_code', statusCode);
        set(span, 'network.protocol.version', outcome.protocolVersion);
        set(span, 'network.peer.address', plainAddress(outcome.peerAddress));
        set(span, 'network.peer.port', outcome.peerPort);
        const failed =
          outcome.errorType ??
          (statusCode !== undefined && statusCode >= 400 ? String(statusCode) : undefined);
        if (failed !== undefined) {
          span.setAttribute('error.type', failed);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
      }
      span.end();
    } catch (error) {
      reportFailure(error);
    }
  }
}

/** `server.*` name the server that the URL names, also behind a proxy; the proxy is the `network.peer.*`. */
function setTarget(span: Active['span'], target: ClientTarget): void {
  const { url, socketPath } = target;
  span.setAttribute('url.full', redactUrl(url));
  if (socketPath !== undefined) {
    span.setAttribute('server.address', socketPath);
    return;
  }
  const { host, port } = target.host === undefined ? readServer(url) : target;
  set(span, 'server.address', host || undefined);
  set(span, 'server.port', port);
}

function readServer(url: string): { host: string; port: number | undefined } {
  const { scheme, authority = '' } = splitTarget(url, url.includes('://') ? 'GET' : 'CONNECT');
  const { host, port } = splitHostPort(authority);
  return { host, port: port ?? (scheme === undefined ? undefined : defaultPort(scheme)) };
}
