// Runs librdkafka's mock cluster with one broker and prints its port.
const { readdirSync, readFileSync, readlinkSync } = require('node:fs');
const { KafkaClientConfig } = require('kafka-crab-js-linux-x64-gnu');

const client = new KafkaClientConfig({
  brokers: 'unused:1', // the cluster's own address takes its place
  clientId: 'mock',
  logLevel: 'error',
  configuration: { 'test.mock.num.brokers': '1' },
});
const producer = client.createProducer({ configuration: {} });
console.log(`listening on ${listeningPort()}`);
setInterval(() => producer, 2 ** 30); // the cluster lives as long as this object

// librdkafka does not say which port it took, but the kernel does: https://man7.org/linux/man-pages/man5/proc_net.5.html
function listeningPort() {
  const listening = '0A';
  const own = new Set(readdirSync('/proc/self/fd').map(socketInode));
  const rows = readFileSync('/proc/self/net/tcp', 'utf8').trim().split('\n').slice(1);
  const [, localAddress] = rows
    .map((row) => row.trim().split(/\s+/))
    .find(([, , , state, , , , , , inode]) => state === listening && own.has(inode));
  return Number.parseInt(localAddress.split(':')[1], 16);
}

function socketInode(descriptor) {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1];
  } catch {
    return undefined; // the descriptor that listed the directory
  }
}
