import { type Context, SpanKind, type Tracer } from '@opentelemetry/api';

/** As instrumentations have it, one object for all. */
export const server = { kind: SpanKind.SERVER };

/** A path is another one each time, unlike most of what a span holds. */
const paths = Array.from({ length: 1000 }, (_, id) => `/users/${id}`);

/** @returns what makes and ends a span of nine attributes, as the server's of a request has them. */
export function spanRecorder(tracer: Tracer, parent: Context): () => void {
  let spanCount = 0;
  return () =>
    tracer
      .startSpan('GET /users/:id', server, parent)
      .setAttribute('http.request.method', 'GET')
      .setAttribute('url.path', paths[++spanCount % paths.length]!)
      .setAttribute('url.scheme', 'https')
      .setAttribute('server.address', 'shop.example.com')
      .setAttribute('server.port', 443)
      .setAttribute('client.address', '192.0.2.17')
      .setAttribute('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64)')
      .setAttribute('http.route', '/users/:id')
      .setAttribute('http.response.status_code', 200)
      .end();
}
