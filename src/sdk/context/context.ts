import type { Context } from '@opentelemetry/api';

/**
 * An immutable context as a linked list: setting a value costs one small object, where the API's own implementation
 * copies a Map. Chains are short (span, baggage, one or two keys of ours).
 */
class LinkedContext implements Context {
  constructor(
    private readonly parent: LinkedContext | undefined,
    private readonly key: symbol | undefined,
    private readonly value: unknown,
  ) {}

  getValue(key: symbol): unknown {
    let node: LinkedContext | undefined = this;
    while (node !== undefined) {
      if (node.key === key) return node.value;
      node = node.parent;
    }
    return undefined;
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new LinkedContext(this, key, undefined);
  }
}

/** The context without any value: parent of every trace that starts in this process. */
export const rootContext: Context = new LinkedContext(undefined, undefined, undefined);
