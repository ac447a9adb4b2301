import type { Scope } from '../model/span-data';
import { textOf } from './text';

/** The scope that a program asks for; what is not text becomes text here, before it comes to an encoder. */
export function scopeOf(name: unknown, version: unknown, options?: { schemaUrl?: unknown } | null): Scope {
  return {
    name: optionalText(name) ?? '',
    version: optionalText(version),
    schemaUrl: optionalText(options?.schemaUrl),
  };
}

/** What tracers, meters and loggers are known by: those of the same name, version and schema are one. */
export function scopeKey({ name, version = '', schemaUrl = '' }: Scope): string {
  return `${name}@${version}:${schemaUrl}`;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value);
}
