import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, mock, type TestContext, test } from 'node:test';
import type { SpoolConfig } from '../../../src/config/config';
import { createSpool } from '../../../src/export/spool/spool';

function setUp(t: TestContext, config: Partial<SpoolConfig> = {}) {
  const directory = join(mkdtempSync(join(tmpdir(), 'spool-')), 'spool');
  t.after(() => rmSync(join(directory, '..'), { recursive: true }));
  const open = (more: Partial<SpoolConfig> = {}) =>
    createSpool({ directory, maxBytes: 1e6, signal: 'traces', ...config, ...more });
  const files = () => readdirSync(directory).sort();
  return { directory, open, files, age: (name: string) => utimesSync(join(directory, name), 1, 1) };
}

const batch = (text: string) => ({ body: Buffer.from(text), count: text.length });
const textOf = (taken: { body: Uint8Array } | undefined) => taken && String(taken.body);

/** What is said on stderr meanwhile. */
function linesDuring(t: TestContext, act: () => void): string[] {
  const lines: string[] = [];
  const fs = require('node:fs') as typeof import('node:fs');
  const original = fs.writeSync;
  const write = mock.method(fs, 'writeSync', (fd: number, line: string) => {
    if (fd !== 2) return original(fd, line);
    lines.push(line.trim());
    return line.length;
  });
  t.after(() => write.mock.restore());
  act();
  write.mock.restore();
  return lines;
}

describe('a spool', () => {
  test('gives back the oldest first, whole, to whoever opens it', (t) => {
    const { open } = setUp(t);
    const spool = open();
    for (const text of ['first', 'second!', 'third']) assert.equal(spool.put(batch(text)), true);
    const later = open();
    const taken = later.take()!;
    assert.deepEqual([textOf(taken), taken.count], ['first', 5]);
    assert.deepEqual(
      [textOf(spool.take()), textOf(later.take()), later.take()],
      ['second!', 'third', undefined],
    );
  });

  test('belongs to its owner alone', (t) => {
    const { open, directory, files } = setUp(t);
    open().put(batch('secret'));
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(join(directory, files()[0]!)).mode & 0o777, 0o600);
  });

  test('forgets what is delivered, and gives again what is put back', (t) => {
    const { open, files } = setUp(t);
    const spool = open();
    spool.put(batch('one'));
    spool.put(batch('two'));
    spool.take()!.file!.putBack();
    spool.take()!.file!.remove();
    assert.equal(files().length, 1);
    assert.equal(textOf(spool.take()), 'two');
  });

  test('keeps the signals apart', (t) => {
    const { open } = setUp(t);
    open({ signal: 'logs' }).put(batch('a log'));
    assert.equal(open().take(), undefined);
    assert.equal(textOf(open({ signal: 'logs' }).take()), 'a log');
  });

  test('is bounded: the oldest give way, but none that is being sent', (t) => {
    const { open } = setUp(t, { maxBytes: 300 });
    const spool = open();
    spool.put(batch('a'.repeat(60)));
    const sending = spool.take();
    spool.put(batch('b'.repeat(60)));
    spool.put(batch('c'.repeat(60)));
    const lines = linesDuring(t, () => spool.put(batch('d'.repeat(60))));
    assert.match(lines[0]!, /holds no more than 300 bytes: the oldest files are dropped/);
    assert.deepEqual(
      [textOf(spool.take())?.[0], textOf(spool.take())?.[0], spool.take()],
      ['c', 'd', undefined],
    );
    assert.equal(textOf(sending)?.[0], 'a');
    assert.equal(spool.put(batch('e'.repeat(400))), false, 'larger than all of it');
  });

  for (const [title, damage] of [
    ['cut off', (data: Buffer) => data.subarray(0, data.length - 1)],
    ['changed', (data: Buffer) => Buffer.concat([data.subarray(0, -1), Buffer.from('x')])],
    ['empty', () => Buffer.alloc(0)],
    ['not ours', () => Buffer.alloc(500, 'x')],
  ] as const) {
    test(`a file that is ${title} is skipped with one line, once`, (t) => {
      const { open, directory, files } = setUp(t);
      const spool = open();
      spool.put(batch('damaged'));
      spool.put(batch('good'));
      const path = join(directory, files()[0]!);
      writeFileSync(path, damage(readFileSync(path)));
      const lines = linesDuring(t, () => assert.equal(textOf(spool.take()), 'good'));
      assert.equal(lines.length, 1);
      assert.match(lines[0]!, /a file in OTEL_NODE_SPOOL_DIRECTORY is damaged and skipped: /);
      assert.deepEqual(
        linesDuring(t, () => open().take()),
        [],
      );
    });
  }

  test('a file that cannot be read stays where it is, with one line', (t) => {
    const { open, directory, files } = setUp(t);
    const spool = open();
    spool.put(batch('lost'));
    spool.put(batch('good'));
    const [name = ''] = files();
    rmSync(join(directory, name));
    mkdirSync(join(directory, name)); // whoever may read everything may not read this as a file
    const lines = linesDuring(t, () => assert.equal(textOf(spool.take()), 'good'));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /cannot read from OTEL_NODE_SPOOL_DIRECTORY \(.*EISDIR/);
    assert.deepEqual(
      linesDuring(t, () => assert.equal(spool.take(), undefined)),
      [],
    );
    assert.ok(files().includes(name));
  });

  test('files of others are left alone', (t) => {
    const { open, directory, files } = setUp(t);
    mkdirSync(directory);
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    open().put(batch('one'));
    open().take()!.file!.remove();
    assert.deepEqual(files(), ['notes.txt']);
  });
});

describe('a process that dies', () => {
  test('while it sends: after a minute without a sign of life others send it', (t) => {
    const { open, files, age } = setUp(t);
    open().put(batch('one'));
    open().take();
    assert.equal(open().take(), undefined, 'it is being sent');
    age(files()[0]!);
    const taken = open().take();
    assert.equal(textOf(taken), 'one');
    assert.equal(open().take(), undefined, 'and now by us');
    taken!.file!.putBack();
    assert.equal(textOf(open().take()), 'one');
  });

  test('while it writes: what it has written is removed', (t) => {
    const { open, directory, files, age } = setUp(t);
    open().put(batch('one'));
    const name = `${files()[0]!.replace('-000', '-999')}.draft`;
    writeFileSync(join(directory, name), 'half');
    open().take()!.file!.putBack();
    assert.equal(files().length, 2, 'it may be at work');
    age(name);
    const taken = open().take();
    assert.equal(open().take(), undefined);
    taken!.file!.remove();
    assert.deepEqual(files(), []);
  });
});

test('a directory that cannot be written to: one line, and nothing is tried for a while', (t) => {
  const { directory, open } = setUp(t);
  writeFileSync(directory, 'a file is in the way');
  const spool = open();
  const lines = linesDuring(t, () =>
    assert.deepEqual([spool.put(batch('1')), spool.put(batch('2'))], [false, false]),
  );
  assert.equal(lines.length, 1);
  assert.match(
    lines[0]!,
    /cannot write to OTEL_NODE_SPOOL_DIRECTORY \(.*\): what is not delivered is dropped/,
  );
  assert.equal(spool.take(), undefined);
});
