import type { AnyFunction } from '../../src/kit';
import { printRecord } from '../../src/kit/logging';
import { batchContext, RecordContext } from './record-context';

/** `_accept` of a transport: asked of each record that waited, right before it is formatted. */
export function nextOfBatch(accept: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    batchContext.current = RecordContext.of((args[0] as { chunk?: unknown } | undefined)?.chunk);
    return Reflect.apply(accept, this, args);
  };
}

/** `_writev` of a transport: works off the records that waited. */
export function endOfBatch(writev: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    try {
      return printRecord(writev, this, args);
    } finally {
      batchContext.current = undefined;
    }
  };
}
