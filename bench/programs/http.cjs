const { createServer } = require('node:http');
const { ready } = require('./control.cjs');

const server = createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => ready(server.address().port));
