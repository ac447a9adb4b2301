import { clientOptions, defineInstrumentation } from '../src/kit';
import { getWithSpan, onResponse, requestWithSpan, startClientSpan } from './http/client';
import { startServerSpan } from './http/server';
import { patchUpgrades } from './http/upgrades';

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
    // Where nothing told of the request's creation (`new ClientRequest` on old Node), its end is the first that is heard of it.
    'http.client.request.start': ({ request }) => startClientSpan(request),
    'http.client.response.finish': ({ request }) => onResponse(request),
  },
  builtins: ['node:http', 'node:https'].map((module) => ({
    module,
    // Where no channel tells of a request whose headers can still be set.
    nodeVersions: '<22.12.0 || >=23.0.0 <23.2.0',
    functions: { request: requestWithSpan, get: getWithSpan },
  })),
});
