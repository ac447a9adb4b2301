import { clientOptions, defineInstrumentation } from '../src/kit';
import { dispatchInFirstContext } from './undici/dispatch-context';
import { onConnect, onCreate, onEnd, onError, onHeaders, onSendHeaders } from './undici/request-span';

export default defineInstrumentation({
  name: 'undici',
  docs: {
    title: 'fetch, undici',
    description:
      'One client span a request on the wire, redirects and retries each their own; W3C context goes along.',
    link: 'https://undici.nodejs.org',
  },
  options: clientOptions,
  channels: {
    'undici:client:connected': onConnect,
    'undici:request:create': onCreate,
    'undici:client:sendHeaders': onSendHeaders,
    'undici:request:headers': onHeaders,
    'undici:request:trailers': onEnd,
    'undici:request:error': onError,
  },
  targets: [
    {
      module: 'undici',
      versions: '>=5.12.0 <9.0.0',
      patches: ['lib/dispatcher-base.js', 'lib/dispatcher/dispatcher-base.js'].map((file) => ({
        file,
        method: 'prototype.dispatch',
        wrap: dispatchInFirstContext,
      })),
    },
  ],
});
