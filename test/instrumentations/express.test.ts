import { drawRequests, type ServedRequest } from '../harness/draw-requests';
import { type ScenarioOptions, scenario, scenarioOnEveryNode } from '../harness/scenario';

/** Before 4.5 express answers what is left over itself, unseen: a 404 behind a route, an error without a handler. */
const old = '<4.5.0';

const express: ScenarioOptions = {
  fixture: 'express',
  versions: '>=4.5.0',
  expect: ({ version }) => drawRequests(requests(version), 2),
};
scenario('express', express);
scenarioOnEveryNode('express', { ...express, versions: '>=5.3.0' });

scenario('express before 4.5', {
  fixture: 'express',
  versions: old,
  expect: ({ version }) =>
    drawRequests(
      requests(version).map(([method, url, status, route]) => [
        method,
        url,
        status,
        url === '/through' ? '/through' : route,
      ]),
      2,
    ),
});

const requests = (version: string): ServedRequest[] => [
  ['GET', '/', 200, '/'],
  ['GET', '/users/7', 200, '/users/:id'],
  ['GET', '/users/x%20y', 200, '/users/:id'],
  ['GET', '/users/%zz', 400],
  ['GET', '/one', 200, '/one'],
  ['GET', '/two', 200, '/two'],
  ['GET', '/item/12', 200, '^\\/item\\/(\\d+)$'],
  ['GET', '/files/a/b', 200, version.startsWith('4.') ? '/files/*' : '/files/*splat'],
  ['GET', '/api/v2/users/7', 200, '/api/:version/users/:id'],
  ['GET', '/api/v2', 200, '/api/:version'],
  ['GET', '/admin/stats', 200, '/admin/stats'],
  ['GET', '/admin/nowhere', 404],
  // A route that passes the request on is not the one that answers.
  ['GET', '/through', 404],
  ['GET', '/through/answered', 200],
  // What is mounted with `use` is no route.
  ['GET', '/used', 200],
  ['GET', '/nowhere', 404],
  ['GET', '/thrown', 500, '/thrown', 'Error: thrown'],
  ['GET', '/passed', 500, '/passed', 'Error: passed'],
  ['GET', '/denied', 403, '/denied'],
  ['GET', '/api/v1/thrown', 500, '/api/:version/thrown', 'Error: in a router'],
  ['GET', '/handled', 418, '/handled'],
  ['HEAD', '/users/7', 200, '/users/:id'],
  ['OPTIONS', '/users/7', 200],
  ['DELETE', '/users/7', 404],
  ['POST', '/users/7', 200, '/users/:id'],
  ['GET', '/users/7/slow', 200, '/users/:id/slow'],
  ['POST', '/users/8/slow', 200, '/users/:id/slow'],
];

scenario('express: mounts by arrays and patterns, errors on their way', {
  fixture: 'express',
  app: 'mounts',
  versions: '>=4.5.0',
  expect: drawRequests([
    ['GET', '/v1/users/7', 200, '/v1/users/:id'],
    ['GET', '/v2/users/8', 200, '/v2/users/:id'],
    ['GET', '/v3', 200, '/v3'],
    ['GET', '/eu-north/7', 200, '^\\/(eu|us)-north/:id'],
    ['GET', '/lists/a/b', 200, '^\\/lists\\/(a)\\/(b)$'],
    ['GET', '/shop/', 200, '/shop'],
    ['GET', '/logged', 200, '/logged'],
    ['GET', '/rewritten/7', 200, '/v1/users/:id'],
    ['GET', '/async/7', 503, '/async/:id', 'Error: rejected'],
    ['GET', '/param/bad', 503, '/param/:name', 'Error: no bad'],
    ['GET', '/replaced', 503, '/replaced', 'TypeError: second'],
    ['GET', '/v1/lost/7', 404],
    // Many ids, one name.
    ...Array.from({ length: 20 }, (): ServedRequest => ['GET', '/v1/users/{any}', 200, '/v1/users/:id']),
  ]),
});
