import { drawRequests } from '../harness/draw-requests';
import { type ScenarioOptions, scenario, scenarioOnEveryNode } from '../harness/scenario';

const hono: ScenarioOptions = {
  fixture: 'hono',
  expect: ({ version }) =>
    [
      drawRequests(
        [
          ['GET', '/', 200, '/'],
          ['GET', '/users/7', 200, '/users/:id'],
          ['GET', '/users/x%20y', 200, '/users/:id'],
          ['GET', '/item/12', 200, '/item/:number{[0-9]+}'],
          ['GET', '/files/a/b', 200, '/files/*'],
          ['GET', '/api/v1/users/7', 200, '/api/:version/users/:id'],
          ['GET', '/api/v1', 200, '/api/:version'],
          ['HEAD', '/users/7', 200, '/users/:id'],
          ['OPTIONS', '/users/7', 404],
          ['DELETE', '/users/7', 404],
          ['POST', '/users/7', 200, '/users/:id'],
          ['GET', '/users/7/slow', 200, '/users/:id/slow'],
          ['POST', '/users/8/slow', 200, '/users/:id/slow'],
        ],
        2,
      ),
      drawRequests([
        ['GET', '/nowhere', 404],
        // Answered by a middleware, not by a route.
        ['GET', '/plain', 200],
        // A route that passes the request on does not answer; one that says 404 does.
        ['GET', '/through', 404],
        ['GET', '/missing', 404, '/missing'],
        ['GET', '/api/v1/x/y', 404],
        // The middleware in front of the route answered; the first versions do not tell.
        ['GET', '/locked/7', 401, version === '4.0.0' ? '/locked/:id' : undefined],
        ['GET', '/inner', 200, '/inner'],
        ['GET', '/thrown', 500, '/thrown', 'Error: thrown'],
        ['GET', '/rejected', 500, '/rejected', 'Error: rejected'],
        ['GET', '/denied', 403, '/denied'],
        ['GET', '/api/v1/thrown', 503, '/api/:version/thrown', 'Error: in the api'],
        ['GET', '/group/thrown', 500, '/group/thrown', 'Error: handled by the parent'],
        ['GET', '/based/thrown', 500, '/based/thrown', 'Error: based'],
        ['GET', '/tiny/7', 200, '/tiny/:id'],
        ['GET', '/thrown', 500, '/thrown', 'Error: tiny'],
        ['GET', '/', 404],
      ]),
    ].join('\n'),
};
scenario('hono', hono);
scenarioOnEveryNode('hono', hono);

// The first versions cannot mount on Node.js 20.
scenario('hono: an application mounted in another', {
  fixture: 'hono',
  app: 'mount',
  versions: '>=4.13.0',
  expect: drawRequests([
    ['GET', '/mounted/7', 200],
    ['GET', '/mounted/7/thrown', 500, undefined, 'Error: inside'],
    ['GET', '/users/7', 200, '/users/:id'],
  ]),
});
