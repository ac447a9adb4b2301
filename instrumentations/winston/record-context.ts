import { type Context, PrivateField } from '../../src/kit';

/** The context in which a record was written, kept with the record. */
export class RecordContext extends PrivateField {
  #context: Context | undefined;

  static set(record: object, context: Context): void {
    const holder = #context in record ? record : new RecordContext(record);
    holder.#context = context;
  }

  static of(record: unknown): Context | undefined {
    return typeof record === 'object' && record !== null && #context in record ? record.#context : undefined;
  }
}

/** The context of the record that a transport formats, while it works off those that waited. */
export const batchContext: { current: Context | undefined } = { current: undefined };
