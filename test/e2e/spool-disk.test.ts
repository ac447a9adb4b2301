import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

/** A disk that takes nothing, and later does again. Each is a few lines of shell; `$spool` is a directory that is there, `"$@"` runs the program. */
interface Disk {
  readonly name: string;
  /** What Node says of it. */
  readonly reason: string;
  /** Before the first run, which still can write. */
  readonly prepare?: string;
  /** Before the run that finds the disk so. */
  readonly spoil?: string;
  readonly run: string;
  /** After it. */
  readonly relieve?: string;
}

/** Root may write everywhere, unless it goes without that right. */
const withoutRootsRight =
  process.getuid?.() === 0
    ? 'setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search "$@"'
    : '"$@"';

/** These need no right to mount anything. A batch is longer than the 512 or 1,024 bytes of a block, so a part of it is written. */
const disks: Disk[] = [
  { name: 'a limit on the size of files', reason: 'EFBIG: file too large', run: '(ulimit -f 1; exec "$@")' },
  {
    name: 'a directory that may not be written to',
    reason: 'EACCES: permission denied',
    spoil: 'chmod 500 "$spool"',
    run: withoutRootsRight,
    relieve: 'chmod 700 "$spool"',
  },
];

/** The real thing, in a namespace of its own, wherever the system lets us. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
const mount = 'mount -t tmpfs -o size=64k tmpfs "$spool"';
if (canMount)
  disks.push(
    {
      name: 'a full disk',
      reason: 'ENOSPC: no space left on device',
      prepare: mount,
      // All but one page.
      spoil: 'head -c 100000 /dev/zero > "$spool/filler" 2>/dev/null; truncate -s -4096 "$spool/filler"',
      run: '"$@"',
      relieve: 'rm "$spool/filler"',
    },
    {
      name: 'a read-only file system',
      reason: 'EROFS: read-only file system',
      prepare: mount,
      spoil: 'mount -o remount,ro "$spool"',
      run: '"$@"',
      relieve: 'mount -o remount,rw "$spool"',
    },
  );

/** Four runs: the disk is well, it is not, it is again, and then there is a collector. After each, what is in the directory. */
const script = ({ prepare = ':', spoil = ':', run, relieve = ':' }: Disk) => `
spool=$OTEL_NODE_SPOOL_DIRECTORY
tell() { echo "$1: exit $2, $(ls "$spool" | grep -c '[.]otlp$') batches in $(ls "$spool" | grep -cv filler) files"; echo "$1" >&2; }
${prepare}
"$@"; tell well $?
${spoil}
${run}; tell spoilt $?
${relieve}
"$@"; tell relieved $?
OTEL_EXPORTER_OTLP_ENDPOINT=$COLLECTOR "$@"; tell delivered $?
`;

for (const version of ['18.19.0', process.versions.node, '26.10.0']) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const disk of disks) test(disk.name, (t) => checkDisk(t, disk, node as string));
  });
}

async function checkDisk(t: TestContext, disk: Disk, node: string): Promise<void> {
  const collector = await startOtlpReceiver();
  t.after(() => collector.stop());
  const parent = mkdtempSync(join(tmpdir(), 'spool-disk-'));
  t.after(() => rmSync(parent, { recursive: true }));
  const spool = join(parent, 'spool');
  mkdirSync(spool);

  const shell = ['sh', '-c', script(disk), 'sh', node, program, 'exit 3'];
  const [command, ...args] = canMount ? ['unshare', '-rm', ...shell] : shell;
  const { stdout, stderr } = await runProgram(args, {
    node: command,
    preload: true,
    env: {
      OTEL_NODE_SPOOL_DIRECTORY: spool,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_RESOURCE_ATTRIBUTES: `long=${'x'.repeat(6000)}`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      COLLECTOR: collector.url,
    },
  });
  assert.equal(
    stdout,
    [
      'exit 3\nwell: exit 3, 1 batches in 1 files\n',
      'exit 3\nspoilt: exit 3, 1 batches in 1 files\n',
      'exit 3\nrelieved: exit 3, 2 batches in 2 files\n',
      'exit 3\ndelivered: exit 3, 0 batches in 0 files\n',
    ].join(''),
    stderr,
  );
  const kept = /^otel-instrument: spans kept in files for the next run, .*: 2 \(ECONNREFUSED.*\n$/;
  const [well, spoilt, relieved, delivered] = stderr.split(/^(?:well|spoilt|relieved|delivered)\n/m);
  assert.match(well!, kept);
  const [complaint, account, ...others] = spoilt!.split('\n');
  assert.equal(
    complaint,
    `otel-instrument: cannot write to OTEL_NODE_SPOOL_DIRECTORY (${spool}: ${disk.reason}): what is not delivered is dropped`,
  );
  assert.match(account!, /^otel-instrument: spans not delivered to \S+ at the end of the process: 2 \(/);
  assert.deepEqual(others, ['']);
  assert.match(relieved!, kept);
  assert.equal(delivered, '');
  await assertDelivered(collector);
}

/** Of four runs, all but the spoilt one arrived. */
async function assertDelivered(collector: OtlpReceiver): Promise<void> {
  await collector.drained();
  const pids = collector.spans.map(({ resource }) => resource['process.pid']);
  assert.equal(new Set(pids).size, 3);
  assert.equal(pids.length, 6);
}
