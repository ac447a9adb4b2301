const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/**
 * Where the value of a member of a JSON object begins; of a repeated key the last, which is the one that `JSON.parse` takes.
 * One pass over the text, so that whoever changes it need not write it anew and lose the precision of numbers or the order of keys.
 *
 * @param json - text that `JSON.parse` accepted as an object
 * @returns index of the value's first character, or -1 without such a member
 */
export function findMember(json: string, key: string): number {
  let found = -1;
  let at = skipSpace(json, json.indexOf('{') + 1);
  while (json.charCodeAt(at) === quote) {
    const keyEnd = skipString(json, at);
    const isWanted = JSON.parse(json.slice(at, keyEnd)) === key;
    const value = skipSpace(json, skipSpace(json, keyEnd) + 1);
    if (isWanted) found = value;
    at = skipSpace(json, skipValue(json, value));
    if (json.charCodeAt(at) !== comma) break;
    at = skipSpace(json, at + 1);
  }
  return found;
}

/** Index after a value: after its last bracket, or before the comma or bracket that ends a scalar. */
function skipValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; ) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      at = skipString(json, at);
      if (depth === 0) return at;
    } else if (isOpening(code)) {
      depth++;
      at++;
    } else if (isClosing(code)) {
      if (depth === 0) return at;
      at++;
      if (--depth === 0) return at;
    } else {
      if (depth === 0 && code === comma) return at;
      at++;
    }
  }
  return json.length;
}

/** Index after the closing quote. */
function skipString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at + 1;
  }
  return json.length;
}

function skipSpace(json: string, at: number): number {
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isOpening = (code: number) => code === 0x7b || code === 0x5b;
const isClosing = (code: number) => code === 0x7d || code === 0x5d;
