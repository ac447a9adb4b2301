import { clientOptions, defineInstrumentation } from '../src/kit';
import { getWithSpan, headWithSpan, onResponse, requestWithSpan, startClientSpan } from './http/client';
import { startServerSpan } from './http/server';
import { patchUpgrades } from './http/upgrades';

/** Node versions without a channel that tells of a request while its headers can still be set. */
const lacksCreated = '<22.12.0 || >=23.0.0 <23.2.0';

export default defineInstrumentation({
  name: 'http',
  docs: {
    title: 'node:http, node:https',
    description:
      'One server span a request (also upgrades and CONNECT), one client span a request on the wire; W3C context both ways.',
    link: 'https://nodejs.org/api/http.html',
  },
  options: clientOptions,
  channels: {
    'http.server.request.start': ({ request, response, socket, server }) => {
      patchUpgrades(server);
      startServerSpan(request, response, socket);
    },
    // A server that never got an ordinary request may still get an upgrade: its first connection tells of it.
    'net.server.socket': ({ socket }) => patchUpgrades(socket.server),
    'http.client.request.created': ({ request }) => startClientSpan(request),
    // Where nothing told of the request (on old Node, of a `new ClientRequest` that makes its head at once), its end is the first that is heard of it.
    'http.client.request.start': ({ request }) => startClientSpan(request),
    'http.client.response.finish': ({ request }) => onResponse(request),
  },
  builtins: [
    {
      module: 'node:http',
      nodeVersions: lacksCreated,
      awaits: '_http_client', // node:https loads it, and not node:http
      functions: {
        request: requestWithSpan,
        get: getWithSpan,
        'ClientRequest.prototype._implicitHeader': headWithSpan,
      },
    },
    {
      module: 'node:https',
      nodeVersions: lacksCreated,
      awaits: 'https',
      functions: { request: requestWithSpan, get: getWithSpan },
    },
  ],
});
