import { clientOptions, defineInstrumentation } from '../src/kit';
import { patchHttp2First, patchHttp2IfLoaded, patchServerClass } from './http2/patch';

export default defineInstrumentation({
  name: 'http2',
  docs: {
    title: 'node:http2',
    description:
      'One server span and one client span a stream, for the stream and the compatibility API; W3C context both ways.',
    link: 'https://nodejs.org/api/http2.html',
  },
  options: clientOptions,
  // Loading node:http2 costs 4 to 10 ms, so it is patched with the first connection of a program that loaded it itself. Its own
  // channels tell of a stream only after its headers have gone.
  channels: {
    'net.server.socket': ({ socket }) => {
      patchHttp2IfLoaded();
      patchServerClass(socket.server);
    },
    'net.client.socket': patchHttp2IfLoaded,
  },
  builtins: [
    {
      module: 'node:tls',
      // Where `net.client.socket` is silent about TLS.
      nodeVersions: '<22.17.0 || >=23.0.0 <24.2.0',
      functions: { connect: patchHttp2First },
    },
  ],
});
