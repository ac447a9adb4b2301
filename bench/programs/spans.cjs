// Makes spans by the API at a steady rate, and listens only because all programs do.
const { createServer } = require('node:http');
const { trace, SpanKind } = require('@opentelemetry/api');
const control = require('./control.cjs');

const tracer = trace.getTracer('bench');
const perSecond = Number(process.env.SPANS_PER_SECOND);
const tickMillis = 10;
let made = 0;
let startedMillis;
let timer;

control.answers.begin = () => {
  startedMillis = performance.now();
  timer = setInterval(makeSpans, tickMillis);
  return {};
};
control.answers.made = () => ({ made });
control.answers.stop = () => {
  clearInterval(timer);
  return { made, seconds: (performance.now() - startedMillis) / 1000 };
};

/** What is missing by now: a tick that came late makes more. */
function makeSpans() {
  const due = Math.floor(((performance.now() - startedMillis) * perSecond) / 1000);
  for (; made < due; made++) {
    const attributes = { 'http.request.method': 'GET', 'url.path': '/users/7', 'order.id': made };
    tracer.startSpan('GET /users/:id', { kind: SpanKind.SERVER, attributes }).end();
  }
}

const server = createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => control.ready(server.address().port));
