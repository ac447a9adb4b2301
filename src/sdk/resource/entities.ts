import type { Attributes } from '@opentelemetry/api';
import type { Entity } from '../../config/parsers';
import type { EntityRef } from '../../model/resource';

/**
 * What entities say of the resource. Where the user's attributes say another thing they win: an entity that they would make another one is left out,
 * as the specification has it for attributes that join later (specification/resource/data-model.md, "Merging Entities into a Resource").
 *
 * @param given - the user's attributes
 */
export function attributesOfEntities(
  entities: readonly Entity[],
  given: Attributes,
): { readonly attributes: Attributes; readonly refs: readonly EntityRef[] } {
  const agrees = ([key, value]: [string, string]) => (given[key] ?? value) === value;
  const kept = entities.filter(({ id }) => Object.entries(id).every(agrees));
  const refs = kept.map(({ type, id, description, schemaUrl }) => ({
    type,
    idKeys: Object.keys(id),
    descriptionKeys: Object.entries(description)
      .filter(agrees)
      .map(([key]) => key),
    schemaUrl,
  }));
  const attributes = Object.assign({}, ...kept.flatMap(({ id, description }) => [description, id]));
  return { attributes, refs };
}
