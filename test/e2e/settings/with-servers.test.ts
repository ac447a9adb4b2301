import { after } from 'node:test';
import { testRows } from './row';
// The servers are those of startPostgres, startRedis and startKafka.
import { servers, stopServers } from './rows/servers';

after(stopServers);
testRows('settings of clients of servers', servers);
