import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

/**
 * Who may import whom, `docs/architecture.md` in short. A room may import itself, what is listed, and nothing else; `types:` allows
 * `import type` alone. `node:` stands for Node's own modules.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/cli': [
    'src/config',
    'src/diag',
    // The same judgement of versions, and what the agent reports.
    'src/hook/versions.ts',
    'types:src/start/report.ts',
    'instrumentations/libraries.json',
    'package.json',
    'commander',
    'node:',
  ],
  'src/preload': [
    'src/config',
    'src/diag',
    'src/hook/subscribe.ts',
    'src/model/main-thread.ts',
    'src/start.ts',
    'node:',
  ],
  // The one file that wires everything; instrumentations by their generated index.
  'src/start.ts': ['*'],
  'src/start': ['*'],
  // A configuration file is read by a bundle of its own, and `yaml` is in it.
  'src/config': ['src/diag', 'types:src/model', 'yaml', 'node:'],
  'src/model': ['src/diag', 'types:@opentelemetry/api', 'node:'],
  'src/diag': ['node:'],
  'src/sdk': ['src/model', 'src/diag', 'types:src/config', '@opentelemetry/api', 'node:'],
  'src/export': [
    'src/model',
    'src/diag',
    'types:src/config',
    '@opentelemetry/api',
    'protobufjs/minimal',
    'protobufjs/src/writer',
    'protobufjs/src/writer_buffer',
    'node:',
  ],
  'src/hook': [
    'src/kit',
    'src/diag',
    'types:src/model',
    'require-in-the-middle',
    'import-in-the-middle',
    'node:',
  ],
  // Of the model only what there may be one of in a process: the clock, and what sockets were asked already.
  'src/kit': [
    'src/diag',
    'types:src/model',
    'src/model/clock.ts',
    'src/model/remote-peer.ts',
    '@opentelemetry/api',
    'shimmer',
    'node:',
  ],
  'src/lifecycle': ['src/diag', 'src/model', 'node:'],
  'src/threads': ['src/diag', 'src/model', 'node:'],
  'src/own-sdk': ['src/diag'],
  // A definition: the kit, its own folder, Node, and the types of the library.
  instrumentations: [
    'src/kit/index.ts',
    'src/kit/http.ts',
    'src/kit/databases.ts',
    'src/kit/messaging.ts',
    'src/kit/logging.ts',
    'types:*',
    'node:',
  ],
  'instrumentations/index.ts': ['types:src/hook', 'instrumentations'],
  bin: ['dist/cli.js', 'node:'],
  scripts: [
    'src/kit',
    'types:src/hook',
    'src/config',
    'instrumentations',
    'package.json',
    'esbuild',
    'ajv',
    'node:',
  ],
};

const root = join(__dirname, '..');
const maxLines = 300;

interface Import {
  readonly file: string;
  /** A file of ours, relative to the root, or the name of a package. */
  readonly target: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

const sources = ['src', 'instrumentations', 'scripts', 'bin'].flatMap(filesBelow);
const imports = sources.flatMap(importsOf);

describe('who may import whom', () => {
  test('every file is in a room', () => {
    assert.deepEqual(
      sources.filter((file) => roomOf(file) === undefined),
      [],
    );
  });

  for (const room of Object.keys(rooms)) {
    test(room, () => {
      const wrong = imports
        .filter(({ file }) => roomOf(file) === room)
        .filter((each) => !isAllowed(room, each));
      assert.deepEqual(
        wrong.map(({ file, target, isType }) => `${file} imports ${isType ? 'types of ' : ''}${target}`),
        [],
      );
    });
  }

  test('sdk and export do not know each other', () => {
    const between = imports.filter(
      ({ file, target }) =>
        (file.startsWith('src/sdk/') && target.startsWith('src/export/')) ||
        (file.startsWith('src/export/') && target.startsWith('src/sdk/')),
    );
    assert.deepEqual(between, []);
  });

  test('the preload loads what starts it only when it starts', () => {
    const eager = imports.filter(
      ({ file, target, isLazy, isType }) =>
        file.startsWith('src/preload/') && target === 'src/start.ts' && !isLazy && !isType,
    );
    assert.deepEqual(eager, []);
  });

  test('no cycles', () => assert.deepEqual(findCycles(), []));
});

describe('what stands in one place', () => {
  const codeOf = (file: string) => withoutComments(readFileSync(join(root, file), 'utf8'));
  const offenders = (pattern: RegExp, allowed: RegExp) =>
    sources
      .filter((file) => file.startsWith('src/') || file.startsWith('instrumentations/'))
      .filter((file) => !allowed.test(file) && pattern.test(codeOf(file)));

  test('process.env is read in src/config and src/cli', () => {
    // A child of ours inherits the environment as it is: nothing is read from it there.
    assert.deepEqual(
      offenders(/\bprocess(_)?\.env\b/, /^src\/(config|cli)\/|^src\/export\/transport\/child-process\.ts$/),
      [],
    );
  });

  test('console. is used in src/cli', () => {
    assert.deepEqual(offenders(/\bconsole\.\w+\(/, /^src\/cli\//), []);
  });

  test('channels are subscribed to by their name in src/hook/subscribe.ts', () => {
    assert.deepEqual(
      offenders(/\bsubscribe\b[^;]*['"]node:diagnostics_channel['"]/, /^src\/hook\/subscribe\.ts$/),
      [],
    );
  });

  const isGenerated = (file: string) => file === 'instrumentations/index.ts';

  test(`no source has more than ${maxLines} lines`, () => {
    const long = sources.map((file) => ({
      file,
      lines: readFileSync(join(root, file), 'utf8').split('\n').length,
    }));
    assert.deepEqual(
      long.filter(({ file, lines }) => lines > maxLines + 1 && !isGenerated(file)),
      [],
    );
  });
});

describe('this test', () => {
  test('reads every form of import', () => {
    const text = [
      `import a from 'a';`,
      `import type { B } from 'b';`,
      `import { type C1, type C2 } from 'c';`,
      `import { type D1, D2 } from 'd';`,
      `import 'e';`,
      `export * from 'f';`,
      `export type { G } from 'g';`,
      `import {\n  h,\n} from 'h';`,
      `const i = require('i') as typeof import('i');`,
      `let j: typeof import('j');`,
      `// import k from 'k';`,
    ].join('\n');
    const found = parseImports(text).map(({ specifier, isType, isLazy }) => [specifier, isType, isLazy]);
    assert.deepEqual(found.sort(), [
      ['a', false, false],
      ['b', true, false],
      ['c', true, false],
      ['d', false, false],
      ['e', false, false],
      ['f', false, false],
      ['g', true, false],
      ['h', false, false],
      ['i', false, true],
      ['i', true, false],
      ['j', true, false],
    ]);
  });

  test('sees a forbidden edge', () => {
    const edge = { file: 'src/sdk/resource.ts', isType: false, isLazy: false };
    assert.equal(isAllowed('src/sdk', { ...edge, target: 'src/export/retry.ts' }), false);
    assert.equal(isAllowed('src/sdk', { ...edge, target: 'protobufjs' }), false);
    assert.equal(isAllowed('src/sdk', { ...edge, target: 'src/model/clock.ts' }), true);
    assert.equal(isAllowed('src/export', { ...edge, target: 'src/config/load.ts' }), false);
    assert.equal(isAllowed('src/export', { ...edge, target: 'src/config/load.ts', isType: true }), true);
  });
});

/** The innermost room that holds the file. */
function roomOf(file: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function isAllowed(room: string, { file, target, isType }: Import): boolean {
  const targetRoom = roomOf(target);
  if (targetRoom === room && target !== 'instrumentations/index.ts') return true;
  if (room === 'instrumentations' && targetRoom === room) return file !== target;
  return rooms[room]!.some((entry) => {
    if (entry.startsWith('types:') && !isType) return false;
    const allowed = entry.replace('types:', '');
    if (allowed === '*') return true;
    if (allowed === 'node:') return target.startsWith('node:');
    return target === allowed || target.startsWith(`${allowed}/`);
  });
}

function importsOf(file: string): Import[] {
  return parseImports(readFileSync(join(root, file), 'utf8')).map(({ specifier, ...rest }) => ({
    file,
    target: targetOf(file, specifier),
    ...rest,
  }));
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) {
    const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(specifier);
    return isBuiltin ? `node:${specifier.replace('node:', '')}` : specifier;
  }
  const path = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '');
  return (
    [path, `${path}.ts`, `${path}/index.ts`].find((each) => sources.includes(each)) ??
    (/\.\w+$/.test(path) ? path : `${path}.js`)
  );
}

function parseImports(source: string): { specifier: string; isType: boolean; isLazy: boolean }[] {
  const text = withoutComments(source);
  const found: { specifier: string; isType: boolean; isLazy: boolean }[] = [];
  for (const [, keyword, clause = '', specifier] of text.matchAll(
    /^\s*(import|export)\b(?!\s*\()([^;'"]*?\bfrom\s*|\s*)['"]([^'"]+)['"]/gm,
  )) {
    const names = /\{([^}]*)\}/
      .exec(clause)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const isType =
      /^\s*type\b/.test(clause) ||
      (keyword === 'import' &&
        /^\s*\{/.test(clause) &&
        names!.length > 0 &&
        names!.every((name) => name.startsWith('type ')));
    found.push({ specifier: specifier!, isType, isLazy: false });
  }
  for (const [, before, specifier] of text.matchAll(/(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/g))
    found.push({ specifier: specifier!, isType: before !== undefined, isLazy: before === undefined });
  for (const [, specifier] of text.matchAll(/\brequire\(\s*['"]([^'"]+)['"]/g))
    found.push({ specifier: specifier!, isType: false, isLazy: true });
  // Code that a script writes has the path in a placeholder.
  return found.filter(({ specifier }) => !specifier.includes('${'));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\w])\/\/.*$/gm, '$1');
}

function filesBelow(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) || directory === 'bin')
    .map((file) => `${directory}/${file}`)
    .sort();
}

/** Cycles among files that load each other; types and what is loaded on first need cannot make one. */
function findCycles(): string[] {
  const edges = new Map<string, string[]>();
  for (const { file, target, isType, isLazy } of imports) {
    if (!isType && !isLazy && sources.includes(target)) edges.set(file, [...(edges.get(file) ?? []), target]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' > '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  return cycles;
}
