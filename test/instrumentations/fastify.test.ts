import { drawRequests } from '../harness/draw-requests';
import { scenario } from '../harness/scenario';

scenario('fastify', {
  fixture: 'fastify',
  expect: ({ version }) =>
    drawRequests(
      [
        ['GET', '/', 200, '/'],
        ['GET', '/users/7?a=b', 200, '/users/:id'],
        ['GET', '/users/x%20y', 200, '/users/:id'],
        ['GET', '/users/%zz', 400],
        ['GET', '/files/a/b', 200, '/files/*'],
        ['GET', '/at/12h30', 200, '/at/:hour(^\\d{2})h:minute(^\\d{2})'],
        ['GET', '/api/v1/users/7', 200, '/api/:version/users/:id'],
        // fastify makes two routes of `/` below a prefix; later versions tell which the program wrote.
        ['GET', '/api/v1/', 200, version === '5.12.8' ? '/api/:version' : '/api/:version/'],
        ['GET', '/api/v1/nowhere', 404],
        ['GET', '/nowhere', 404],
        ['GET', '/lost/7', 404, '/lost/:id'],
        ['GET', '/thrown', 500, '/thrown', 'Error: thrown'],
        ['GET', '/rejected', 500, '/rejected', 'Error: rejected'],
        ['GET', '/denied', 403, '/denied'],
        ['GET', '/hooked', 500, '/hooked', 'TypeError: in a hook'],
        ['GET', '/api/v1/thrown', 503, '/api/:version/thrown', 'Error: in a plugin'],
        ['GET', '/sent', 500, '/sent', 'Error: sent'],
        // 4.0 makes no HEAD route for one with a list of methods.
        version === '4.0.0' ? ['HEAD', '/users/7', 404] : ['HEAD', '/users/7', 200, '/users/:id'],
        ['OPTIONS', '/users/7', 404],
        ['DELETE', '/users/7', 404],
        ['POST', '/users/7', 200, '/users/:id'],
        ['GET', '/users/7/slow', 200, '/users/:id/slow'],
        ['POST', '/users/8/slow', 200, '/users/:id/slow'],
      ],
      2,
    ),
});
