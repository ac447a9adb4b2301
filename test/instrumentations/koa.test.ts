import { drawRequests } from '../harness/draw-requests';
import { scenario } from '../harness/scenario';

scenario('koa', {
  fixture: 'koa',
  expect: ({ version }) =>
    drawRequests(
      [
        ['GET', '/', 200, '/'],
        ['GET', '/users/7', 200, '/users/:id'],
        ['GET', '/users/x%20y', 200, '/users/:id'],
        ['GET', '/one', 200, '/one'],
        ['GET', '/two', 200, '/two'],
        ['GET', '/item/12', 200, '^\\/item\\/(\\d+)$'],
        ['GET', '/files/a/b', 200, '^\\/files\\/(.*)$'],
        ['GET', '/api/v1/users/7', 200, '/api/:version/users/:id'],
        // The set of koa 2.0 has @koa/router 8, which writes it so.
        ['GET', '/api/v1', 200, version === '2.0.0' ? '/api/:version/' : '/api/:version'],
        ['GET', '/api/v1/x/y', 404],
        ['GET', '/nowhere', 404],
        // Answered by a middleware, not by a route.
        ['GET', '/plain', 200],
        // A route that passes the request on does not answer; one that says 404 does.
        ['GET', '/through', 404],
        ['GET', '/missing', 404, '/missing'],
        ['GET', '/thrown', 500, '/thrown', 'Error: thrown'],
        ['GET', '/rejected', 500, '/rejected', 'Error: rejected'],
        ['GET', '/denied', 403, '/denied'],
        ['GET', '/handled/7', 503, '/handled/:id', 'Error: handled'],
        ['GET', '/api/v1/thrown', 500, '/api/:version/thrown', 'Error: in a router'],
        ['HEAD', '/users/7', 200, '/users/:id'],
        ['OPTIONS', '/users/7', 200],
        ['DELETE', '/users/7', 405],
        ['POST', '/users/7', 200, '/users/:id'],
        ['GET', '/users/7/slow', 200, '/users/:id/slow'],
        ['POST', '/users/8/slow', 200, '/users/:id/slow'],
      ],
      2,
    ),
});
