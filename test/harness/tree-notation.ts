/**
 * The notation in which tests draw telemetry:
 *
 *     POST /orders SERVER http.response.status_code=201
 *       | http.route=/orders url.path=/orders                    more attributes of the span above
 *       INSERT orders CLIENT ERROR db.response.status_code="23505"
 *         event: exception exception.type=Error exception.stacktrace={any}
 *         link: send orders
 *       ~ get CLIENT {redis}                                     `~`: in any order among the siblings marked so
 *       ~ set CLIENT {redis}
 *     ... GET / SERVER                                           `...`: the parent is not among the spans
 *
 * A line is a name, a SpanKind, a status unless it is unset (`ERROR "message"` when it has a message), then attributes.
 * Values are JSON, strings without spaces also bare; numbers and strings differ (`80`, `"80"`). In names and values
 * `{any}`, `{string}`, `{number}`, `{int}`, `{port}` and `{hex}` stand for what cannot be known, other `{names}` for the
 * test's variables; `{{` is a brace. A variable standing alone holds attributes. `#` starts a comment line.
 */
export interface DrawnSpan {
  readonly name: Pattern;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage: Pattern | undefined;
  readonly attributes: DrawnAttribute[][];
  readonly events: DrawnNote[];
  readonly links: DrawnNote[];
  readonly children: DrawnSpan[];
  readonly anyOrder: boolean;
  readonly parentMissing: boolean;
}

/** An event, or a link by the name of the span that it points to. */
export interface DrawnNote {
  readonly name: Pattern;
  readonly attributes: DrawnAttribute[][];
}

export interface DrawnAttribute {
  readonly key: string;
  readonly value: Pattern;
  /** As drawn: `key=value`, or the variable that holds it. */
  readonly source: string;
}

/** Something drawn that stands for a value. */
export interface Pattern {
  readonly source: string;
  matches(value: unknown): boolean;
}

export type Variables = Readonly<Record<string, string | number | boolean>>;

const kinds = 'INTERNAL|SERVER|CLIENT|PRODUCER|CONSUMER';
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const attributeToken = String.raw`[^\s="{}]+=(?:${quoted}|\[(?:${quoted}|[^\]"])*\]|[^\s"]\S*)`;
const tokens = new RegExp(String.raw`\s*(${attributeToken}|\{[\w.-]+\})(?=\s|$)`, 'y');
const spanLine = new RegExp(
  String.raw`^(~ )?(\.\.\. )?(${quoted}|.+?) (${kinds})(?= |$)(?: (ERROR|OK)(?: (${quoted}))?(?= |$))?(.*)$`,
);
const noteLine = new RegExp(
  String.raw`^(event|link): (${quoted}|.+?)((?:\s+(?:${attributeToken}|\{[\w.-]+\}))*)$`,
);

/** Reads a drawing. @throws with the line that cannot be read. */
export function parseTree(drawing: string, variables: Variables = {}): DrawnSpan[] {
  const roots: DrawnSpan[] = [];
  const open: { indent: number; span: DrawnSpan }[] = [];
  for (const line of drawing.split('\n')) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const indent = line.length - line.trimStart().length;
    const refuse = (what: string) => new Error(`drawn tree: ${what} in line ${JSON.stringify(content)}`);
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const parent = open.at(-1)?.span;
    const note = content.match(noteLine);
    if (content.startsWith('| ')) {
      if (!parent) throw refuse('attributes without a span');
      parent.attributes.push(...parseAttributes(content.slice(1), variables, refuse));
    } else if (note) {
      if (!parent) throw refuse(`${note[1]} without a span`);
      const list = note[1] === 'event' ? parent.events : parent.links;
      const name = parsePattern(unquote(note[2]!), note[2]!, variables, refuse);
      list.push({ name, attributes: parseAttributes(note[3]!, variables, refuse) });
    } else {
      const match = content.match(spanLine);
      if (!match) throw refuse(`expected "name ${kinds} attributes"`);
      const [, tilde, dots, name, kind, status, message, rest] = match;
      const span: DrawnSpan = {
        name: parsePattern(unquote(name!), name!, variables, refuse),
        kind: kind!,
        status: status ?? 'UNSET',
        statusMessage:
          message === undefined ? undefined : parsePattern(unquote(message), message, variables, refuse),
        attributes: parseAttributes(rest!, variables, refuse),
        events: [],
        links: [],
        children: [],
        anyOrder: tilde !== undefined,
        parentMissing: dots !== undefined,
      };
      (parent?.children ?? roots).push(span);
      open.push({ indent, span });
    }
  }
  return roots;
}

type Refuse = (what: string) => Error;

/** Each token gives a group: one attribute, or those that a variable holds. */
function parseAttributes(text: string, variables: Variables, refuse: Refuse): DrawnAttribute[][] {
  const groups: DrawnAttribute[][] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.trimEnd().length) {
    const at = tokens.lastIndex;
    const token = tokens.exec(text)?.[1];
    if (token === undefined) throw refuse(`expected key=value, got ${JSON.stringify(text.slice(at).trim())}`);
    const next = tokens.lastIndex;
    if (token.startsWith('{')) {
      const held = variables[token.slice(1, -1)];
      if (typeof held !== 'string') throw refuse(`${token} is no variable that holds attributes`);
      groups.push(
        parseAttributes(held, variables, refuse)
          .flat()
          .map((each) => ({ ...each, source: token })),
      );
    } else {
      const equals = token.indexOf('=');
      const value = parseValue(token.slice(equals + 1), variables, refuse);
      groups.push([{ key: token.slice(0, equals), value, source: token }]);
    }
    tokens.lastIndex = next;
  }
  return groups;
}

function parseValue(source: string, variables: Variables, refuse: Refuse): Pattern {
  const value = jsonOr(source);
  if (typeof value === 'string') return parsePattern(value, source, variables, refuse);
  return { source, matches: (actual) => JSON.stringify(actual) === JSON.stringify(value) };
}

const wildcards: Record<string, { whole: (value: unknown) => boolean; inside: string }> = {
  any: { whole: (value) => value !== undefined, inside: '[^]*' },
  string: { whole: (value) => typeof value === 'string' && value !== '', inside: '[^]+' },
  number: { whole: (value) => typeof value === 'number', inside: '-?\\d+(?:\\.\\d+)?' },
  int: { whole: (value) => Number.isInteger(value), inside: '\\d+' },
  port: {
    whole: (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536,
    inside: '\\d{1,5}',
  },
  hex: { whole: (value) => typeof value === 'string' && /^[0-9a-f]+$/.test(value), inside: '[0-9a-f]+' },
};

function parsePattern(text: string, source: string, variables: Variables, refuse: Refuse): Pattern {
  const unknown = (name: string) => refuse(`unknown {${name}} (write {{${name}} for the text {${name}})`);
  const whole = text.match(/^\{([\w.-]+)\}$/)?.[1];
  if (whole !== undefined) {
    if (Object.hasOwn(variables, whole)) return { source, matches: (actual) => actual === variables[whole] };
    if (Object.hasOwn(wildcards, whole)) return { source, matches: wildcards[whole]!.whole };
    throw unknown(whole);
  }
  const parts = text.split(/(\{\{|\{[\w.-]+\})/).map((part, index) => {
    if (index % 2 === 0) return escapeRegExp(part);
    if (part === '{{') return '\\{';
    const name = part.slice(1, -1);
    if (Object.hasOwn(variables, name)) return escapeRegExp(String(variables[name]));
    if (Object.hasOwn(wildcards, name)) return wildcards[name]!.inside;
    throw unknown(name);
  });
  const expression = new RegExp(`^${parts.join('')}$`);
  return { source, matches: (actual) => typeof actual === 'string' && expression.test(actual) };
}

/** A value as the notation writes it: bare where it reads back as the same string, JSON otherwise. */
export function writeValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value);
  const text = value.replace(/\{(?=\{|[\w.-]+\})/g, '{{');
  return /^[^\s"[{][^\s"]*$/.test(text) && typeof jsonOr(text) === 'string' ? text : JSON.stringify(text);
}

/** A span's name as the notation writes it: quoted where a reader could take a part of it for something else. */
export function writeName(name: string): string {
  const text = name.replace(/\{(?=\{|[\w.-]+\})/g, '{{');
  const unclear = new RegExp(
    String.raw`^$|^["~|#]|^\.\.\. |^\s|\s$|[\n\r\t]|\s\s|=|^(event|link): |(^| )(${kinds})( |$)`,
  );
  return unclear.test(text) ? JSON.stringify(text) : text;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const unquote = (text: string) => (text.startsWith('"') ? String(JSON.parse(text)) : text);
const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
