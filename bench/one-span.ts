import { heapBytes } from './heap-bytes';
import { measureNanos } from './mitata';
import { recordSpan } from './operations';
import { peerSpanRecorder } from './peer-span';

/**
 * What one span costs from its start until it is encoded: of us, or of the SDK on which a peer depends, in a process where V8 sees nothing of the other.
 * Writes nanoseconds or bytes of heap; those need the arguments of heap-bytes.ts, with which the clock would tell of another heap.
 */
async function main(unit: string | undefined, peer: string | undefined): Promise<void> {
  const record = peer === undefined ? recordSpan : peerSpanRecorder(peer);
  process.stdout.write(String(unit === 'bytes' ? heapBytes(record) : (await measureNanos(record)).nanos));
}

void main(process.argv[2], process.argv[3]);
