import {
  type Document,
  isCollection,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { hasReference, substitute } from './substitute';

/** Something wrong in the file. */
export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

export type Path = readonly (string | number)[];

/** What a YAML text holds, as plain data, and where each part of it stands. */
export interface ParsedYaml {
  readonly value: unknown;
  /** The variables that it refers to, set or not. */
  readonly references: ReadonlySet<string>;
  /** The line of the value at the path, or of the nearest that holds it. */
  lineOf(path: Path): number;
  /** What stands there in the file, if it is a plain scalar: `1.0` for the number 1. */
  sourceOf(path: Path): string | undefined;
}

/** Of a text that is no YAML, each character may be one. */
const maxErrors = 20;

/**
 * Parses YAML 1.2 (core schema) and replaces references to variables in its scalars; the types of plain ones are those of the result.
 *
 * @see specification/configuration/data-model.md
 */
export function parseYaml(text: string, env: NodeJS.ProcessEnv): ParsedYaml | { errors: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const errors: Problem[] = document.errors.slice(0, maxErrors).map(({ message, pos }) => ({
    line: lineAt(pos[0]),
    message: message.split('\n', 1)[0]!,
  }));
  if (errors.length > 0) return { errors };

  const references = new Set<string>();
  const lookUp = (name: string) => {
    references.add(name);
    return env[name];
  };
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return undefined;
      // As a property's name it would be written out, which for some hundreds of them, each in the next one, takes minutes.
      errors.push({
        line: lineAt(key.range?.[0] ?? 0),
        message: 'expected a text as the key, got a collection',
      });
      return visit.BREAK;
    },
    Scalar(key, scalar) {
      if (key === 'key' || typeof scalar.source !== 'string' || !hasReference(scalar.source)) return;
      try {
        resolve(scalar, substitute(scalar.source, lookUp), document);
      } catch (error) {
        errors.push({ line: lineAt(scalar.range?.[0] ?? 0), message: (error as Error).message });
      }
    },
    Alias(_, alias) {
      if (alias.resolve(document) === undefined)
        errors.push({ line: lineAt(alias.range?.[0] ?? 0), message: `no anchor for *${alias.source}` });
    },
  });
  if (errors.length > 0) return { errors };
  return {
    value: document.toJS(),
    references,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lineAt(node.range[0]);
      }
      return 1;
    },
    sourceOf(path) {
      const node = document.getIn(path, true);
      return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
    },
  };
}

/** Gives a scalar the value that the text has there: a plain one may be a number, a quoted one is always a text. */
function resolve(scalar: Scalar, text: string, document: Document): void {
  const trimmed = text.trim();
  const tag =
    scalar.type === 'PLAIN'
      ? document.schema.tags.find(
          (each) => each.default === true && 'test' in each && each.test?.test(trimmed),
        )
      : undefined;
  scalar.value =
    tag && typeof tag.resolve === 'function'
      ? // Only the tags of collections want more than the text.
        plain(
          (tag.resolve as (source: string, onError: () => void, options: object) => unknown)(
            trimmed,
            () => {},
            {},
          ),
        )
      : text;
}

function plain(resolved: unknown): unknown {
  return isScalar(resolved) ? resolved.value : resolved;
}
