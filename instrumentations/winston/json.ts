import type { AnyFunction } from '../../src/kit';
import { withLogIds } from '../../src/kit/logging';
import { batchContext } from './record-context';

/** Where formats leave the line (`triple-beam`). */
const messageKey = Symbol.for('message');

/** A format that writes JSON: the ids go into what it wrote. They do not go into the record itself, which other formats turn into text. */
export function addIdsToJson(transform: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const record = Reflect.apply(transform, this, args) as { [messageKey]?: unknown } | undefined;
    const line = record?.[messageKey];
    if (typeof line === 'string') record![messageKey] = withLogIds(line, batchContext.current);
    return record;
  };
}
