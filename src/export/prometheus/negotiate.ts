import type { TranslationStrategy } from '../../config/config';
import { classicNaming, type Naming, namings } from './names';

/** OpenMetrics 1.0 with exemplars, or Prometheus' own text format. */
export type Format = 'openMetrics' | 'text';

/** How metrics are written. */
export interface Style {
  readonly format: Format;
  readonly naming: Naming;
}

/**
 * What is served to somebody who accepts this (Prometheus, "Content negotiation" and "Escaping schemes").
 * @param accept - the `Accept` header; may be empty.
 */
export function negotiate(
  accept: string,
  strategy?: TranslationStrategy,
): Style & { readonly contentType: string } {
  const wanted = strategy ? namings[strategy] : classicNaming;
  // Names as they are take quotes that only a newer Prometheus can read.
  const naming = { ...wanted, escapes: wanted.escapes || !accept.includes(allowUtf8) };
  // Counters of OpenMetrics have their suffix.
  const isOpenMetrics = wanted.hasSuffixes && accept.includes('application/openmetrics-text');
  const type = isOpenMetrics
    ? 'application/openmetrics-text; version=1.0.0'
    : `text/plain; version=${naming.escapes ? '0.0.4' : '1.0.0'}`;
  return {
    format: isOpenMetrics ? 'openMetrics' : 'text',
    naming,
    contentType: `${type}; charset=utf-8${naming.escapes ? '' : `; ${allowUtf8}`}`,
  };
}

const allowUtf8 = 'escaping=allow-utf-8';
