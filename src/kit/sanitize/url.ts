/** Of a redacted URL or query, in UTF-16 code units. */
export const MAX_URL_CHARS = 4096;

const REDACTED = 'REDACTED';
/** A longer name of a parameter is none of those that we look for, also when percent-encoded. */
const MAX_KEY_CHARS = 256;

const HASH = 0x23;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUESTION_MARK = 0x3f;
const BACKSLASH = 0x5c;

/** Names of query parameters whose values must not be sent. */
export interface SensitiveKeys {
  /** Compared as they are, which is what the semantic conventions ask for. */
  readonly exact: readonly string[];
  /** Compared without case, `-` and `_`: `apikey` stands for `apiKey`, `API_KEY` and `api-key`. */
  readonly anyForm: readonly string[];
}

/** Query parameters whose values are secrets, unless the user says which. */
export const defaultSensitiveKeys: SensitiveKeys = {
  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
  exact: [
    'AWSAccessKeyId',
    'Signature',
    'sig',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'X-Amz-Signature',
    'X-Goog-Signature',
  ],
  // What services call their tokens, keys, passwords and sessions.
  anyForm: (
    'accesskey accesskeyid accesstoken apikey apitoken assertion auth authcode authkey authorization authtoken bearer ' +
    'bearertoken clientassertion clientsecret code codeverifier credential credentials csrftoken idtoken jsessionid jwt ' +
    'key oauthsignature oauthtoken otp pass passphrase passwd password phpsessid privatekey pwd refreshtoken ' +
    'samlresponse secret secretkey securitytoken session sessionid sessionkey sessiontoken sharedaccesssignature sid ' +
    'sig signature subscriptionkey token xapikey xgoogcredential xsrftoken'
  ).split(' '),
};

export interface UrlRedactor {
  /**
   * Makes a URL safe for `url.full`: user and password are gone, so are the values of sensitive parameters in query and
   * fragment. All else keeps its encoding.
   *
   * @param url absolute or not, also no URL at all
   */
  redactUrl(url: string): string;
  /**
   * The same for `url.query`.
   *
   * @param query without the question mark
   */
  redactQuery(query: string): string;
}

/**
 * Total functions, linear in the length of what they are given.
 *
 * @param keys which query parameters are sensitive; replaces the default list
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
 */
export function createUrlRedactor(keys: SensitiveKeys = defaultSensitiveKeys): UrlRedactor {
  const exact = new Set(keys.exact);
  const anyForm = new Set(keys.anyForm.map(plainForm));
  const isSensitiveName = (name: string) => exact.has(name) || anyForm.has(plainForm(name));
  const isSensitive = (key: string) => {
    if (key.length > MAX_KEY_CHARS) return false;
    const name = key.includes('%') ? decoded(key) : key;
    if (isSensitiveName(name)) return true;
    // `user[password]`, `user.password`
    return (name.includes('[') || name.includes('.')) && name.split(/[[\].]/).some(isSensitiveName);
  };
  return {
    redactUrl(url) {
      if (typeof url !== 'string') return '';
      if (url.includes('@')) url = withoutCredentials(url);
      return capped(url.includes('=') ? redactValues(url, startOfParameters(url), isSensitive) : url);
    },
    redactQuery(query) {
      if (typeof query !== 'string') return '';
      return capped(query.includes('=') ? redactValues(query, 0, isSensitive) : query);
    },
  };
}

const authorityEnds = ['/', '?', '#'];
const parametersStart = ['?', '#'];
const valueEnds = ['&', '#'];

function withoutCredentials(url: string): string {
  const start = startOfAuthority(url);
  if (start < 0) return url;
  const end = firstOf(authorityEnds, url, start);
  // The last one: a careless password may contain others.
  const at = url.lastIndexOf('@', end - 1);
  return at < start ? url : `${url.slice(0, start)}${REDACTED}:${REDACTED}${url.slice(at)}`;
}

/** After `scheme://` or `//`; generous with the number and the kind of slashes, as the WHATWG's parser is. */
function startOfAuthority(url: string): number {
  const colon = url.indexOf(':');
  let start = firstOf(authorityEnds, url, 0);
  if (colon >= 0 && colon < start) start = colon + 1;
  const afterScheme = start;
  while (url.charCodeAt(start) === SLASH || url.charCodeAt(start) === BACKSLASH) start++;
  const slashes = start - afterScheme;
  return slashes >= (afterScheme === 0 ? 2 : 1) ? start : -1;
}

function startOfParameters(url: string): number {
  return Math.min(firstOf(parametersStart, url, 0) + 1, url.length);
}

/** Where the first of the marks is, or the end. By `indexOf`, which in long texts is ten times faster than a loop. */
function firstOf(marks: readonly string[], text: string, start: number): number {
  let first = text.length;
  for (const mark of marks) {
    const at = text.indexOf(mark, start);
    if (at >= 0 && at < first) first = at;
  }
  return first;
}

/** A key begins after any separator; a sensitive value ends only at `&` or `#`, for it may contain the others. */
function redactValues(text: string, start: number, isSensitive: (key: string) => boolean): string {
  let redacted = '';
  let copied = 0;
  let keyStart = start;
  let i = start;
  // What is beyond the cap is not looked at, and cut.
  for (; i < text.length && redacted.length + i - copied <= MAX_URL_CHARS; i++) {
    const code = text.charCodeAt(i);
    if (code === EQUALS) {
      const isSecret = isSensitive(text.slice(keyStart, i));
      keyStart = i + 1;
      if (!isSecret) continue;
      const valueEnd = firstOf(valueEnds, text, i + 1);
      if (valueEnd > i + 1) {
        redacted += text.slice(copied, i + 1) + REDACTED;
        copied = valueEnd;
      }
      i = valueEnd - 1;
    } else if (code === AMPERSAND || code === SEMICOLON || code === QUESTION_MARK || code === HASH) {
      keyStart = i + 1;
    }
  }
  return copied === 0 && i >= text.length ? text : redacted + text.slice(copied, i);
}

function plainForm(key: string): string {
  const lowerCase = key.toLowerCase();
  return lowerCase.includes('-') || lowerCase.includes('_') ? lowerCase.replace(/[-_]/g, '') : lowerCase;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function capped(text: string): string {
  if (text.length <= MAX_URL_CHARS) return text;
  const last = text.charCodeAt(MAX_URL_CHARS - 1);
  const isHalfOfPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalfOfPair ? MAX_URL_CHARS - 1 : MAX_URL_CHARS);
}
