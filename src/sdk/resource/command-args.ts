const REDACTED = 'REDACTED';
const maxArguments = 64;
const maxArgumentChars = 256;

/** Options of node whose value is a program. */
const evalOptions = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/** A name that is said of something secret, whole or as a part: `--password`, `DB_PASSWORD`, `clientSecret`, `-api-key`. */
const secretName =
  /passw(?:or)?d|passphrase|passcode|pwd|secret|token|credential|api[-_.]?key|(?:access|private|account|shared|encryption|signing)[-_.]?key|auth(?!or)|bearer|jwt|cookie|session|signature|(?:^|[-_.])(?:pass|key|sid|sig|pin|otp|salt|dsn)(?:$|[-_.])/i;

/** What tokens look like: of GitHub, GitLab, npm, Slack, Stripe, AWS, Google, SendGrid, and JWTs. */
const tokenShape =
  /^(?:gh[opsur]_|github_pat_|glpat-|npm_|xox[a-z]-|[srp]k[-_]|whsec_|AKIA|ASIA|AIza|ya29\.|SG\.|eyJ[\w-]+\.|-----BEGIN|(?:Bearer|Basic) )/;

/** `name=value` or `name: value` anywhere in an argument: connection strings, headers, JSON, queries of URLs. */
const pair = /([A-Za-z][\w.-]*)(["']?\s*[=:]\s*)(?!\/\/)("[^"]*"|'[^']*'|[^;&,"'}]+)/g;

/** Between `//` and the last `@`: a password may itself contain `@` or `/`. */
const urlCredentials = /(\/\/)\S*@/g;

/**
 * Arguments with what is or may be secret replaced by `REDACTED`: values of options that are named so, credentials and parameters of URLs, connection
 * strings, headers, tokens, and long texts that look random. At most 64 arguments of at most 256 characters.
 *
 * @param of - whose options they are: code that node is given to evaluate is secret, too.
 */
export function redactArguments(args: readonly string[], of: 'node' | 'program' = 'program'): string[] {
  let isValueSecret = false;
  return args.slice(0, maxArguments).map((arg) => {
    if (isValueSecret && !arg.startsWith('--')) {
      isValueSecret = false;
      return REDACTED;
    }
    const [option = ''] = /^-[^=]*/.exec(arg) ?? [];
    const isCode = of === 'node' && evalOptions.has(option);
    const hasValue = option.length < arg.length;
    isValueSecret = !hasValue && (isCode || isSecretOption(option));
    if (isCode && hasValue) return `${option}=${REDACTED}`;
    return redactArgument(arg.slice(0, maxArgumentChars));
  });
}

/** `-p` is the password of as many programs as it is the port, and `-u` is often `user:password`. */
function isSecretOption(option: string): boolean {
  return option === '-p' || option === '-u' || isSecretName(option);
}

function isSecretName(name: string): boolean {
  // `dbPass` is `db-Pass`.
  return secretName.test(name.replace(/([a-z])([A-Z])/g, '$1-$2'));
}

function redactArgument(arg: string): string {
  if (tokenShape.test(arg) || looksRandom(arg)) return REDACTED;
  return arg
    .replace(urlCredentials, `$1${REDACTED}@`)
    .replace(pair, (text: string, name: string, separator: string, value: string) =>
      isSecretName(name) || tokenShape.test(value) || looksRandom(value)
        ? `${name}${separator}${REDACTED}`
        : text,
    );
}

/** 24 characters and more of base64 or base64url in which both cases and digits are mixed, or 32 hexadecimal digits. */
function looksRandom(text: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(text)) return true;
  return (
    /^[\w+/=-]{24,}$/.test(text) &&
    /[a-z]/.test(text) &&
    /[A-Z]/.test(text) &&
    /\d/.test(text) &&
    !/^\.{0,2}\//.test(text)
  );
}
