/**
 * Replaces the references in the text of one scalar: `${VAR}`, `${env:VAR}`, `${VAR:-default}`; `$$` stands for `$`. A variable that is
 * unset or empty gives the default, or nothing. What was put in is not looked at again.
 *
 * @throws SyntaxError for `${...}` that is no reference
 * @see specification/configuration/data-model.md, "Environment variable substitution"
 */
export function substitute(text: string, lookUp: (name: string) => string | undefined): string {
  // An escape ends whatever is before it, also a reference that is still open.
  return text
    .split('$$')
    .map((part) => part.replace(ANY_REFERENCE, (reference) => replacement(reference, lookUp)))
    .join('$');
}

/** Whether there is anything to substitute, or an escaped dollar sign to undo. */
export function hasReference(text: string): boolean {
  return text.includes('${') || text.includes('$$');
}

function replacement(reference: string, lookUp: (name: string) => string | undefined): string {
  const match = REFERENCE.exec(reference);
  if (match === null)
    throw new SyntaxError(
      `expected \${NAME}, \${env:NAME} or \${NAME:-default}, got ${JSON.stringify(reference)}`,
    );
  const [, name = '', fallback = ''] = match;
  return lookUp(name) || fallback;
}

const ANY_REFERENCE = /\$\{[^}]*\}/g;
const REFERENCE = /^\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}\n]*))?\}$/;
