import type { Option, Options, OptionValue } from '../../model/option';
import { boolean, integer, list, oneOf, type Parser } from '../parsers';
import { type Setting, setting } from './setting';

/** An instrumentation with the options that its definition declares. */
export interface DeclaresOptions {
  readonly name: string;
  readonly options?: Options;
  readonly isOffByDefault?: boolean;
}

/** The setting of an option: `OTEL_INSTRUMENTATION_PG_REQUIRE_PARENT_SPAN` for `requireParentSpan` of `pg`. */
export function optionSetting(instrumentation: string, key: string, option: Option): Setting<OptionValue> {
  const name = `${constantCase(instrumentation)}_${constantCase(key)}`;
  return setting(
    `OTEL_INSTRUMENTATION_${name}`,
    parserOf(option) as Parser<OptionValue>,
    option.fallback as OptionValue,
    option.description,
  );
}

/** The options of an instrumentation: those that it declares, and the one that all have. */
export function optionsOf({ options, isOffByDefault = false }: DeclaresOptions): Options {
  const enabled: Option = {
    type: 'boolean',
    fallback: !isOffByDefault,
    description: 'Switches the instrumentation on or off, unless the lists above say otherwise.',
  };
  return { enabled, ...options };
}

/** All of them, as documentation and flags list them. */
export function optionSettings(declared: readonly DeclaresOptions[]): Setting<OptionValue>[] {
  return declared.flatMap((each) =>
    Object.entries(optionsOf(each)).map(([key, option]) => optionSetting(each.name, key, option)),
  );
}

function parserOf(option: Option): Parser<unknown> {
  switch (option.type) {
    case 'boolean':
      return boolean;
    case 'integer':
      return integer(0);
    case 'list':
      return list;
    case 'choice':
      return oneOf(option.choices);
  }
}

function constantCase(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('-', '_')
    .toUpperCase();
}
