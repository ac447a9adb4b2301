const { createRedisMock } = require('js-redis-server');

createRedisMock().then((server) => console.log(`listening on ${server.addresses()[0].port}`));
