// What a preload may have hooked, as far as a program can see it.
const { channel } = require('node:diagnostics_channel');
const http = require('node:http');
const Module = require('node:module');

const channels = [
  'http.server.request.start',
  'http.client.request.created',
  'undici:request:create',
  'worker_threads',
];
const described = ['_compile', 'require', 'load'].map((name) => {
  const { value } = Object.getOwnPropertyDescriptor(Module.prototype, name);
  return `Module.prototype.${name}: ${value?.length}`;
});
console.log(
  JSON.stringify([
    ...described,
    ...channels.map((name) => `${name}: ${channel(name).hasSubscribers}`),
    ...process.eventNames().map((name) => `${String(name)}: ${process.listenerCount(name)}`),
    ...[
      Module._load,
      Module._resolveFilename,
      http.request,
      http.Server.prototype.emit,
      process.reallyExit,
    ].map(String),
  ]),
);
