/** An option that one instrumentation has, as its definition declares it; set by `OTEL_INSTRUMENTATION_<NAME>_<OPTION>`. */
export type Option =
  | { readonly type: 'boolean'; readonly fallback: boolean; readonly description: string }
  | { readonly type: 'integer'; readonly fallback: number; readonly description: string }
  | { readonly type: 'list'; readonly fallback: readonly string[]; readonly description: string }
  | {
      readonly type: 'choice';
      readonly choices: readonly string[];
      readonly fallback: string;
      readonly description: string;
    };

export type OptionValue = boolean | number | string | readonly string[];

/** Options by their names, in camel case. */
export type Options = Readonly<Record<string, Option>>;
