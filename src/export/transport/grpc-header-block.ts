/** `grpc-status` as HPACK writes a name, with its length before it: as it is, and in the Huffman code (RFC 7541, 5.2 and appendix B). */
const names = [Buffer.from('\x0bgrpc-status', 'latin1'), Buffer.from('889acac8b21234da8f', 'hex')];

/**
 * The gRPC status in a header block of a connection's first call. A whole decoder is not needed: the name is not in the static table, so where it
 * comes for the first time it is spelt out.
 */
export function statusInHeaderBlock(block: Buffer): number | undefined {
  for (const name of names) {
    const at = block.indexOf(name);
    if (at >= 0) return readDigits(block, at + name.length);
  }
  return undefined;
}

/** A status has two; also in the Huffman code no longer than this. */
const maxDigits = 8;

function readDigits(block: Buffer, at: number): number | undefined {
  const head = block[at];
  if (head === undefined) return undefined;
  const bytes = block.subarray(at + 1, at + 1 + Math.min(head & 127, maxDigits));
  const digits = head & 128 ? huffmanDigits(bytes) : bytes.toString('latin1');
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** `0` to `2` have five bits, from 00000 on; `3` to `9` have six, from 011001 on; ones fill the last byte. */
function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  for (let at = 0; at + 5 <= bits.length; ) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2);
    const six = Number.parseInt(bits.slice(at, at + 6).padEnd(6, '1'), 2);
    if (five <= 2) {
      digits += five;
      at += 5;
    } else if (six >= 25 && six <= 31) {
      digits += six - 22;
      at += 6;
    } else break;
  }
  return digits;
}
