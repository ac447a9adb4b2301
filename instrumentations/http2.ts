import { clientOptions, defineInstrumentation } from '../src/kit';
import { patchHttp2, patchHttp2First, patchServerClass } from './http2/patch';

export default defineInstrumentation({
  name: 'http2',
  docs: {
    title: 'node:http2',
    description:
      'One server span and one client span a stream, for the stream and the compatibility API; W3C context both ways.',
    link: 'https://nodejs.org/api/http2.html',
  },
  options: clientOptions,
  // It is patched with the first connection of a program that loaded it itself. Its own channels tell of a stream only after its headers have gone.
  awaits: 'http2',
  channels: {
    'net.server.socket': ({ socket }) => {
      patchHttp2();
      patchServerClass(socket.server);
    },
    'net.client.socket': patchHttp2,
  },
  builtins: [
    {
      module: 'node:net',
      // Where `net.client.socket` is silent about TLS.
      nodeVersions: '<22.17.0 || >=23.0.0 <24.2.0',
      awaits: 'http2',
      functions: { 'Socket.prototype.connect': patchHttp2First },
    },
  ],
});
