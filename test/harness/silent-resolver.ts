import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Its only name server takes queries and never answers. Ends with the process that replaces the shell. */
const nameServer = `
  require('node:dgram').createSocket('udp4').bind(53, '127.0.0.77', () => require('node:fs').writeSync(1, 'ready\\n'));
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(), 50);
  setTimeout(() => process.exit(), 60000);`;

const raiseLoopback = `
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14s', b'lo', 0x49, b''))`;

/**
 * Runs commands where no name server answers: in a network and a file system view of their own, which needs no privileges but Linux.
 *
 * @returns a shell script to run as `node`, the real one being its first argument; or why that is not possible here.
 */
export function withSilentResolver(t: TestContext): string | Error {
  const directory = mkdtempSync(join(tmpdir(), 'resolver-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = (name: string, content: string) => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o700 });
    return path;
  };
  const configuration = file('resolv.conf', 'nameserver 127.0.0.77\n');
  const server = file('server.cjs', nameServer);
  const python = file('loopback.py', raiseLoopback);
  const inside = file(
    'inside.sh',
    `#!/bin/sh
set -e
ip link set lo up 2>/dev/null || python3 ${python}
mount --bind ${configuration} /etc/resolv.conf
NODE_OPTIONS= "$1" ${server} > ${directory}/ready 2>&1 &
while ! [ -s ${directory}/ready ]; do sleep 0.02; done
exec "$@"
`,
  );
  const outside = file(
    'outside.sh',
    `#!/bin/sh\nexec unshare --user --map-root-user --mount --net ${inside} "$@"\n`,
  );
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', '--net', 'true'], { stdio: 'pipe' });
    return outside;
  } catch (error) {
    return new Error(`no namespaces: ${(error as Error).message.split('\\n')[0]}`);
  }
}
