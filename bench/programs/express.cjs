const http = require('node:http');
const express = require('express');
const { Pool } = require('pg');
const { createClient } = require('redis');
const { ready } = require('./control.cjs');

const pool = new Pool({ connectionString: process.env.PG_URL, max: 10 });
const redis = createClient({ url: process.env.REDIS_URL });
const app = express();

app.get('/users/:id', async (request, response) => {
  const { id } = request.params;
  const { rows } = await pool.query('SELECT id, name FROM users WHERE id = $1', [id]);
  await redis.set(`user:${id}`, rows[0].name);
  const name = await redis.get(`user:${id}`);
  response.json({ id, name, greeting: await fetchText(process.env.UPSTREAM_URL) });
});

function fetchText(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

async function main() {
  await redis.connect();
  await pool.query('CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY, name text)');
  await pool.query("INSERT INTO users VALUES (7, 'Ada') ON CONFLICT DO NOTHING");
  const server = app.listen(0, '127.0.0.1', () => ready(server.address().port));
}

main();
