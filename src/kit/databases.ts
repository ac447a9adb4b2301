/** For instrumentations of database clients. */
export { dbClient } from './operations/db-client';
export { createDbPools, type DbPoolPoint } from './operations/db-metrics';
export { type RedisBatch, type RedisServer, redisClient } from './operations/redis-client';
