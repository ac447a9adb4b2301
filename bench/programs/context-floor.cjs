// What the least agent imaginable does that carries a context: it enters one for each request.
const { AsyncLocalStorage } = require('node:async_hooks');
const { subscribe } = require('node:diagnostics_channel');

const storage = new AsyncLocalStorage();
subscribe('http.server.request.start', () => storage.enterWith({}));
