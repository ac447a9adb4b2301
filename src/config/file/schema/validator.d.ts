/** The official schema as a function; written by `scripts/compile-validator.ts` when the project is built. */
declare function validate(data: unknown): boolean;

declare namespace validate {
  /** What the last call found. */
  let errors: readonly SchemaError[] | null;
  /** The schema itself, without its prose. */
  const schema: SchemaNode;

  interface SchemaError {
    /** JSON pointer. */
    readonly instancePath: string;
    readonly keyword: string;
    readonly params: Readonly<Record<string, unknown>>;
  }

  interface SchemaNode {
    readonly $ref?: string;
    readonly type?: string | readonly string[];
    readonly properties?: Readonly<Record<string, SchemaNode>>;
    readonly additionalProperties?: boolean | SchemaNode;
    readonly items?: SchemaNode;
    readonly $defs?: Readonly<Record<string, SchemaNode>>;
  }
}

export = validate;
