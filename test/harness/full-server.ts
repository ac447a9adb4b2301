import { once } from 'node:events';
import { connect } from 'node:net';
import { startProgram } from './run-program';

/** A port to which no connection can be opened: the packets are dropped, as by a firewall. */
export interface FullServer {
  readonly port: number;
  /** Resolves when the port is free again. */
  stop(): Promise<void>;
}

/** Starts a server that never accepts, its queue full: the kernel answers no further connect. @param port 0: any free port. */
export async function startFullServer(port = 0): Promise<FullServer> {
  const source = `
    require('node:net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, function () {
      require('node:fs').writeSync(1, 'port ' + this.address().port + ';');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const program = startProgram(['-e', source], { timeoutMillis: 600_000 });
  const found = Number((await program.waitForStdout(/port (\d+);/))[1]);
  const connections = Array.from({ length: 6 }, () => connect(found, '127.0.0.1').on('error', () => {}));
  await once(connections[0]!, 'connect');
  return {
    port: found,
    async stop() {
      for (const connection of connections) connection.destroy();
      program.child.kill('SIGKILL');
      await program.ended;
    },
  };
}
