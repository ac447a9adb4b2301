/** The bits of a double: what gives exponent and significand exactly, which `Math.log2` does not. */
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const highWord = isLittleEndian ? 1 : 0;
const lowWord = 1 - highWord;

const minNormalExponent = -1022;
const maxNormalExponent = 1023;

/**
 * Index of the bucket (base^index, base^(index + 1)] that holds `value`, base = 2^(2^-scale) (metrics data model, "Exponential Histogram").
 * @param value - positive and finite; subnormals count as the smallest normal number, as the data model permits.
 * @param scale - from -11 to 20.
 */
export function bucketIndex(value: number, scale: number): number {
  double[0] = value;
  const high = words[highWord]!;
  const biased = (high >>> 20) & 0x7ff;
  const isPowerOfTwo = biased === 0 || ((high & 0xfffff) === 0 && words[lowWord] === 0);
  const exponent = biased === 0 ? minNormalExponent : biased - maxNormalExponent;
  if (scale <= 0) return (isPowerOfTwo ? exponent - 1 : exponent) >> -scale;
  const perOctave = 2 ** scale;
  // Upper bounds belong to their bucket, and a power of two is one at every scale.
  if (isPowerOfTwo) return exponent * perOctave - 1;
  const index = Math.ceil(Math.log(value) * (perOctave * Math.LOG2E)) - 1;
  // The logarithm is rounded: the octave is certain all the same.
  return Math.min(Math.max(index, exponent * perOctave), (exponent + 1) * perOctave - 1);
}
