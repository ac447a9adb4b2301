import type { ViewConfig } from '../../config/config';
import type { Scope } from '../../model/span-data';
import { includedKeys, wildcard } from '../included-keys';
import type { AttributeFilter } from './attributes';
import type { Declaration } from './instrument';

/** A view, ready to be applied (metrics SDK specification, "View"). */
export interface PreparedView {
  selects(instrument: Declaration, scope: Scope): boolean;
  readonly changes: ViewConfig['stream'];
  readonly attributeFilter: AttributeFilter | undefined;
}

/** Compiles the wildcards of a view. */
export function prepareView({ selector, stream }: ViewConfig): PreparedView {
  const name = selector.instrumentName === undefined ? undefined : wildcard(selector.instrumentName, 'i');
  const isEqual = (wanted: string | undefined, found: string | undefined) =>
    wanted === undefined || wanted === (found ?? '');
  return {
    selects: (instrument, scope) =>
      (name === undefined || name.test(instrument.name)) &&
      isEqual(selector.instrumentType, instrument.kind) &&
      isEqual(selector.unit, instrument.unit) &&
      isEqual(selector.meterName, scope.name) &&
      isEqual(selector.meterVersion, scope.version) &&
      isEqual(selector.meterSchemaUrl, scope.schemaUrl),
    changes: stream,
    attributeFilter: includedKeys(stream.attributeKeys),
  };
}
