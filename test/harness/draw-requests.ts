import { writeName, writeValue } from './tree-notation';

/** One request to a server: method, URL (it may hold wildcards), status, `http.route` if there is one, `Class: message` of the error recorded for it. */
export type ServedRequest = readonly [
  method: string,
  url: string,
  status: number,
  route?: string | undefined,
  error?: string | undefined,
];

/**
 * Draws the server spans of requests that a program sent to itself at 127.0.0.1 with `Host: localhost`, and nothing else: a framework adds
 * no span of its own. The order is free where `atOnce` says that the last requests were sent at the same time.
 */
export function drawRequests(requests: readonly ServedRequest[], atOnce = 0): string {
  return requests
    .map((request, index) => (index < requests.length - atOnce ? '' : '~ ') + drawRequest(request))
    .join('\n');
}

function drawRequest([method, target, status, route, error]: ServedRequest): string {
  const [path, query] = target.split('?', 2);
  const attributes = {
    'http.request.method': method,
    'http.response.status_code': status,
    'http.route': route,
    'error.type': status >= 500 ? String(status) : undefined,
    'url.scheme': 'http',
    'server.address': 'localhost',
    'server.port': 80,
    'client.address': '127.0.0.1',
    'network.peer.address': '127.0.0.1',
    'network.protocol.version': '1.1',
  };
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${writeValue(value)}`);
  const head = `${writeName(route === undefined ? method : `${method} ${route}`)} SERVER${status >= 500 ? ' ERROR' : ''}`;
  const url = `url.path=${path}${query === undefined ? '' : ` url.query=${query}`}`;
  return [`${head} ${url} ${written.join(' ')} network.peer.port={port}`, ...drawError(error)].join('\n');
}

function drawError(error: string | undefined): string[] {
  if (error === undefined) return [];
  const [type, message] = error.split(': ', 2);
  return [
    `  event: exception exception.type=${type} exception.message=${JSON.stringify(message)} exception.stacktrace={any}`,
  ];
}
