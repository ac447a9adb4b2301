import { readFileSync, statSync } from 'node:fs';
import { stringify } from 'yaml';
import { renameOlder } from './older-names';
import { findingText, knownKeys, unknownKey, validate } from './validate';
import { type ParsedYaml, type Path, parseYaml } from './yaml';

/**
 * Reads a declarative configuration file. This is the whole of a bundle of its own, `dist/config-file.js`, since it brings a YAML parser and the
 * compiled schema; nothing here knows our settings.
 */
export type ReadResult = ConfigFile | { readonly errors: readonly string[] };

/** A file that is valid. */
export interface ConfigFile {
  /** As the schema says; references to variables are replaced. */
  readonly tree: Tree;
  /** What is to be told of it all the same, as whole lines. */
  readonly warnings: readonly string[];
  /** The variables that it refers to, set or not. */
  readonly references: ReadonlySet<string>;
  /** Counted from 1. */
  lineOf(path: Path): number;
  /** What the schema names at a place. */
  knownKeys(path: Path): readonly string[];
}

export type { Path } from './yaml';

export type Tree = Readonly<Record<string, any>>;

/** The schema's own example with everything in it has a third of that; what is longer is some other file, and would hold up the start. */
const maxFileBytes = 131_072;

/** Never throws: a file that is not there, no YAML, or not what the schema says gives its errors, each a line with file, line and path. */
export function readConfigFile(file: string, env: NodeJS.ProcessEnv): ReadResult {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > maxFileBytes)
      return { errors: [`${file}: expected at most ${maxFileBytes} bytes, got ${size}`] };
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { errors: [`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`] };
  }
  try {
    return read(file, text, env);
  } catch (error) {
    // Aliases that explode, or hold themselves.
    return { errors: [`${file}: cannot be understood (${(error as Error).message})`] };
  }
}

function read(file: string, text: string, env: NodeJS.ProcessEnv): ReadResult {
  const parsed = parseYaml(text, env);
  if ('errors' in parsed)
    return { errors: parsed.errors.map(({ line, message }) => `${file}:${line}: ${message}`) };
  return check(file, parsed);
}

function check(file: string, parsed: ParsedYaml): ReadResult {
  const { value: tree, references, lineOf } = parsed;
  const lineText = (path: Path, text: string) => `${file}:${lineOf(path)}: ${text}`;
  const { minor, problem } = readVersion(parsed);
  if (problem !== undefined) return { errors: [lineText(['file_format'], problem)] };

  if (minor === 0) renameOlder(tree as Tree);
  const findings = validate(parsed)
    .map((finding) => ({
      ...finding,
      line: lineOf(finding.path),
      text: lineText(finding.path, findingText(finding)),
    }))
    .sort((a, b) => a.line - b.line);
  // A newer minor version may only add; what it added is not understood here, and the rest stays good.
  const isNewer = minor > KNOWN_MINOR;
  const errors = findings.filter(({ isUnknownKey }) => !(isNewer && isUnknownKey)).map(({ text }) => text);
  if (errors.length > 0) return { errors };
  const warnings = findings.map(({ text }) => `${text}; ignoring it`);
  if (isNewer)
    warnings.unshift(
      lineText(
        ['file_format'],
        `file_format: expected at most 1.${KNOWN_MINOR}, got 1.${minor}; using what is known of it`,
      ),
    );
  // The schema lets anything pass here, but nobody reads it.
  const known = knownKeys([]);
  for (const key of Object.keys(tree as Tree)) {
    if (!known.includes(key))
      warnings.push(lineText([key], `${key}: ${unknownKey(key, known)}; ignoring it`));
  }
  return { tree: tree as Tree, warnings, references, lineOf, knownKeys };
}

/** The minor version of the schema that is kept here. */
const KNOWN_MINOR = 1;

function readVersion({ value, sourceOf }: ParsedYaml): { minor: number; problem?: string } {
  const version = (value as Tree | null)?.file_format as unknown;
  const bad = (found: string) => ({
    minor: 0,
    problem: `file_format: expected "1.${KNOWN_MINOR}", got ${found}`,
  });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { minor: 0, problem: `expected a mapping with the key "file_format"` };
  if (version === undefined || version === null) return bad('nothing');
  if (typeof version !== 'string') return bad(`a number; write it in quotes: "${sourceOf(['file_format'])}"`);
  const [, minor] = VERSION.exec(version) ?? [];
  return minor === undefined ? bad(JSON.stringify(version)) : { minor: Number(minor) };
}

const VERSION = /^1\.(\d+)(?:-[\w.]+)?$/;

/** Data as YAML, for `otel-instrument config --format yaml`. */
export function stringifyYaml(value: unknown): string {
  // Null is shown as nothing, as the schema's examples do: `always_on:`.
  return stringify(value, { nullStr: '', lineWidth: 0 }).replace(/ +$/gm, '').trimEnd();
}
