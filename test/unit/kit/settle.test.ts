import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import type { AnyFunction, Settle } from '../../../src/kit/define';
import type { Call } from '../../../src/kit/operation';
import { provideTelemetry, type Telemetry } from '../../../src/kit/telemetry';
import { wrapWithOperation } from '../../../src/kit/wrap-method';

const context = {} as never;
provideTelemetry({
  activeContext: () => context,
  isSuppressed: () => false,
  run: (_context: never, fn: AnyFunction, self: unknown, args: unknown[]) => Reflect.apply(fn, self, args),
} as unknown as Telemetry);

/** A patched function and the outcomes that its operation was told of. */
function patched(original: AnyFunction, settle: Settle) {
  const ends: Pick<Call, 'result' | 'error'>[] = [];
  const operation = {
    start: () => ({ span: {}, context }) as never,
    end: (_active: unknown, { result, error }: Call) => ends.push({ result, error }),
  };
  return { call: wrapWithOperation(original, { method: 'x', operation, settle }), ends };
}

describe('sync', () => {
  test('this, arguments and result', () => {
    const { call, ends } = patched(function (this: unknown, ...args: unknown[]) {
      return [this, args];
    }, 'sync');
    const self = {};
    assert.deepEqual(call.call(self, 1, 2), [self, [1, 2]]);
    assert.deepEqual(ends, [{ result: [self, [1, 2]], error: undefined }]);
  });
  test('what it throws is thrown, and known to be an error', () => {
    const error = new Error('mine');
    const { call, ends } = patched(() => {
      throw error;
    }, 'sync');
    assert.throws(call, (thrown) => thrown === error);
    assert.equal(ends.length, 1);
    assert.notEqual(ends[0]!.error, undefined);
  });
});

describe('promise', () => {
  test('result', async () => {
    const { call, ends } = patched(async () => 42, 'promise');
    const promise = call();
    assert.equal(promise.constructor, Promise);
    assert.equal(ends.length, 0);
    assert.equal(await promise, 42);
    assert.equal(ends.length, 1);
    assert.equal(ends[0]!.result, 42);
  });
  test('rejections, of anything', async () => {
    for (const reason of [new Error('mine'), 'text', null, undefined, 0]) {
      const { call, ends } = patched(() => Promise.reject(reason), 'promise');
      await call().then(
        () => assert.fail(),
        (thrown: unknown) => assert.equal(thrown, reason),
      );
      assert.equal(ends.length, 1);
      assert.notEqual(ends[0]!.error, undefined);
    }
  });
  test('a value that is no promise', () => {
    const { call, ends } = patched(() => 7, 'promise');
    assert.equal(call(), 7);
    assert.equal(ends.length, 1);
  });

  test('a promise of a class of its own stays itself, with its methods', async () => {
    class Query extends Promise<number> {
      cancel() {
        return 'cancelled';
      }
    }
    const own = new Query((resolve) => setImmediate(resolve, 5));
    const { call, ends } = patched(() => own, 'promise');
    assert.equal(call(), own);
    assert.equal(own.cancel(), 'cancelled');
    const [a, b] = await Promise.all([own, own.then((value) => value + 1)]);
    assert.deepEqual([a, b, ends.length, ends[0]!.result], [5, 6, 1, 5]);
  });
  test('a lazy thenable runs only when the program wants it', async () => {
    let runs = 0;
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
    const query = { then: (resolve: (value: number) => void) => resolve(++runs) };
    const { call, ends } = patched(() => query, 'promise');
    const result = call();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([runs, ends.length], [0, 0]);
    assert.equal(await result, 1);
    assert.deepEqual([runs, ends.length], [1, 1]);
  });
  test('catch and finally of a class of its own', async () => {
    class Query extends Promise<number> {}
    const error = new Error('mine');
    const { call, ends } = patched(() => Query.reject(error), 'promise');
    let finals = 0;
    assert.equal(
      await call()
        .finally(() => finals++)
        .catch((thrown: unknown) => thrown),
      error,
    );
    assert.deepEqual([finals, ends.length, ends[0]!.error], [1, 1, error]);
  });
});

describe('callback', () => {
  test('this, arguments, result; it ends first', () => {
    const self = {};
    const { call, ends } = patched(
      (_a: number, done: AnyFunction) => done.call(self, null, 'result', 'more') && 'returned',
      'callback',
    );
    const seen: unknown[] = [];
    const returned = call(1, function callback(this: unknown, ...args: unknown[]) {
      seen.push(this, args, ends.length);
      return true;
    });
    assert.equal(returned, 'returned');
    assert.deepEqual(seen, [self, [null, 'result', 'more'], 1]);
    assert.deepEqual(ends, [{ result: 'result', error: undefined }]);
  });
  test('an error, and a second call', () => {
    const error = new Error('mine');
    const { call, ends } = patched((done: AnyFunction) => [done(error), done(null, 2)], 'callback');
    let calls = 0;
    call(() => calls++);
    assert.deepEqual([calls, ends.length, ends[0]!.error], [2, 1, error]);
  });
  test('the program keeps its arguments', () => {
    const args = ['a', () => {}] as const;
    const { call } = patched((_a: string, done: AnyFunction) => done(), 'callback');
    const before = [...args];
    call(...args);
    assert.deepEqual([...args], before);
  });
  test('without one, the promise counts', async () => {
    const { call, ends } = patched(async () => 3, 'callback');
    assert.equal(await call('no callback'), 3);
    assert.equal(ends[0]!.result, 3);
  });
});

describe('emitter', () => {
  test('its end', async () => {
    const { call, ends } = patched(() => new PassThrough(), 'emitter');
    const stream = call() as PassThrough;
    assert.equal(stream.readableFlowing, null, 'it does not begin to flow');
    stream.end('x');
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    assert.deepEqual([ends.length, ends[0]!.error], [1, undefined]);
  });
  test('its error', () => {
    const error = new Error('mine');
    const { call, ends } = patched(() => new EventEmitter(), 'emitter');
    const emitter = call() as EventEmitter;
    assert.equal(emitter.listenerCount('error'), 0);
    assert.throws(
      () => emitter.emit('error', error),
      (thrown) => thrown === error,
    );
    emitter.emit('close');
    assert.deepEqual([ends.length, ends[0]!.error], [1, error]);
  });
  test('something else', () => {
    const { call, ends } = patched(() => undefined, 'emitter');
    assert.equal(call(), undefined);
    assert.equal(ends.length, 1);
  });
});

/** What Node does with an error that nobody handles can only be seen in a process of its own. */
describe('in a program that does not handle an error', () => {
  const run = (source: string) =>
    new Promise<{ code: unknown; stderr: string; stdout: string }>((resolve) => {
      const script = `
        const { provideTelemetry } = require(${JSON.stringify(join(__dirname, '../../../src/kit/telemetry.ts'))});
        const { wrapWithOperation } = require(${JSON.stringify(join(__dirname, '../../../src/kit/wrap-method.ts'))});
        provideTelemetry({ activeContext: () => 0, isSuppressed: () => false, run: (c, fn, self, args) => Reflect.apply(fn, self, args) });
        const patched = (original, settle) => wrapWithOperation(original, { method: 'x', settle, operation: { start: () => ({ context: 0 }), end: () => console.log('ended') } });
        ${source}`;
      execFile(process.execPath, [...process.execArgv, '-e', script], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  const count = `process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));`;

  for (const [title, reject] of [
    ['a promise', `Promise.reject(new Error('mine'))`],
    ['a promise of a class of its own', `(class Query extends Promise {}).reject(new Error('mine'))`],
    ['one that rejects later', `new Promise((_, reject) => setImmediate(reject, new Error('mine')))`],
  ]) {
    test(`${title}: it crashes`, async () => {
      const { code, stderr } = await run(`patched(() => ${reject}, 'promise')();`);
      assert.equal(code, 1);
      assert.match(stderr, /Error: mine/);
      assert.doesNotMatch(stderr.split('\n').slice(0, 4).join('\n'), /settle\.ts|wrap-method\.ts/);
    });
    test(`${title}: told exactly once`, async () => {
      const { stdout } = await run(`${count} patched(() => ${reject}, 'promise')();`);
      assert.equal(stdout.match(/unhandled mine/g)?.length, 1, stdout);
    });
    test(`${title}: once it is handled, nothing is told`, async () => {
      const { stdout, code } = await run(
        `${count} patched(() => ${reject}, 'promise')().catch(() => console.log('caught'));`,
      );
      assert.deepEqual([stdout.split('\n').sort().join(), code], [',caught,ended', 0]);
    });
  }
  test('an emitter: it crashes', async () => {
    const { code, stderr, stdout } = await run(
      `const { EventEmitter } = require('events'); const emitter = patched(() => new EventEmitter(), 'emitter')(); setImmediate(() => emitter.emit('error', new Error('mine')));`,
    );
    assert.deepEqual([code, stdout], [1, 'ended\n']);
    assert.match(stderr, /Unhandled 'error' event|Error: mine/);
  });
  test('a throw: Node names the line that threw', async () => {
    const { code, stderr } = await run(`patched(() => { throw new Error('mine'); }, 'sync')();`);
    assert.equal(code, 1);
    assert.match(stderr, /^\[eval\]:\d+\n.*throw new Error\('mine'\)/);
  });
});
