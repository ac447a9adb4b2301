import type { Context } from '@opentelemetry/api';

/**
 * An immutable context as a linked list: setting a value costs one small object, where the API's own implementation
 * copies a Map. Chains are short (span, baggage, one or two keys of ours), since each key is in them once.
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
    return new LinkedContext(this.deleteValue(key), key, value);
  }

  /** What is replaced must go: in a chain of callbacks that each set the same key, the list would grow for ever. */
  deleteValue(key: symbol): LinkedContext {
    if (this.key === key && this.parent !== undefined) return this.parent;
    return this.has(key) ? this.without(key) : this;
  }

  private has(key: symbol): boolean {
    let node: LinkedContext | undefined = this;
    while (node !== undefined && node.key !== key) node = node.parent;
    return node?.parent !== undefined;
  }

  private without(key: symbol): LinkedContext {
    const parent = this.parent!;
    return this.key === key ? parent : new LinkedContext(parent.without(key), this.key, this.value);
  }
}

/** The context without any value: parent of every trace that starts in this process. */
export const rootContext: Context = new LinkedContext(undefined, undefined, undefined);
