const express = require('express');
const { ready } = require('./control.cjs');

const app = express();
app.get('/hello', (_request, response) => {
  response.end('hello');
});
const server = app.listen(0, '127.0.0.1', () => ready(server.address().port));
