import { percentDecode, type StringMap } from './pairs';
import { type Parser, unexpected } from './parser';

/** Something that the telemetry is about: a service, a host, a pod (specification, "Entity Data Model"). */
export interface Entity {
  readonly type: string;
  /** At least one. */
  readonly id: StringMap;
  readonly description: StringMap;
  readonly schemaUrl?: string;
}

/** Of each type there is one, and no two of them give an attribute different values. */
export interface Entities {
  /** What was accepted, as it could be written. */
  readonly text: string;
  readonly entities: readonly Entity[];
}

/**
 * `type{key=value,...}[key=value,...]@schema_url`, several with `;` between them. What is malformed is left out, and of what contradicts each other
 * the last counts (specification/entities/entity-propagation.md).
 */
export const entityList: Parser<Entities> = {
  expected: 'type{key=value,...}[key=value,...]@schema_url',
  parse(text) {
    const problems: string[] = [];
    const parsed = text
      .split(';')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .flatMap((each) => parseEntity(each, problems));
    const kept = withoutContradictions(parsed, problems);
    const value = { text: kept.map(textOf).join(';'), entities: kept };
    return { value, ...(problems.length > 0 && { problem: listed(problems) }) };
  },
};

const maxListed = 3;

function listed(problems: readonly string[]): string {
  const more = problems.length > maxListed ? `, and ${problems.length - maxListed} more` : '';
  return problems.slice(0, maxListed).join(', and ') + more;
}

// Neither list may contain what ends it, so that nothing is tried twice.
const ENTITY = /^([A-Za-z][\w.-]*)\s*\{([^{}[\]@]*)\}\s*(?:\[([^{}[\]@]*)\]\s*)?(?:@(.*))?$/;
const KEY = /^[A-Za-z][\w.-]*$/;

function parseEntity(text: string, problems: string[]): Entity[] {
  const [, type = '', idText = '', descriptionText = '', url] = ENTITY.exec(text) ?? [];
  const [id, badIds] = parseAttributes(idText);
  // With a part of its identity an entity would be another one.
  if (Object.keys(id).length === 0 || badIds.length > 0) {
    problems.push(unexpected(entityList.expected, text));
    return [];
  }
  const [description, badPairs] = parseAttributes(descriptionText);
  if (badPairs.length > 0) problems.push(unexpected('percent-encoded key=value pairs', badPairs.join(',')));
  const schemaUrl = url?.trim();
  const hasSchema = schemaUrl !== undefined && URL.canParse(schemaUrl);
  if (schemaUrl !== undefined && !hasSchema) problems.push(unexpected('a schema URL', schemaUrl));
  return [{ type, id, description, ...(hasSchema && { schemaUrl }) }];
}

function parseAttributes(text: string): [attributes: StringMap, badPairs: string[]] {
  const attributes: Record<string, string> = Object.create(null);
  const bad: string[] = [];
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const [key = '', value, ...rest] = pair.split('=').map((part) => part.trim());
    const decoded = value === undefined ? undefined : percentDecode(value);
    if (KEY.test(key) && decoded !== undefined && rest.length === 0) attributes[key] = decoded;
    else bad.push(pair.trim());
  }
  return [attributes, bad];
}

/** Resources have one value for each attribute: the last entity has it, and another one is left out where it is a part of what identifies it. */
function withoutContradictions(entities: readonly Entity[], problems: string[]): Entity[] {
  const values = new Map<string, string>();
  const kept: Entity[] = [];
  const contradicts = ([key, value]: [string, string]) => (values.get(key) ?? value) !== value;
  for (const entity of [...entities].reverse()) {
    const { type, id } = entity;
    if (kept.some((each) => each.type === type)) {
      problems.push(`${unexpected(`one entity of type ${shortened(type)}`, textOf(entity))} too`);
      continue;
    }
    const contradiction = Object.entries(id).find(contradicts);
    if (contradiction) {
      problems.push(`${unexpected(`one value of ${shortened(contradiction[0])}`, textOf(entity))} too`);
      continue;
    }
    const description: Record<string, string> = Object.create(null);
    for (const pair of Object.entries(entity.description)) {
      if (contradicts(pair))
        problems.push(`${unexpected(`one value of ${shortened(pair[0])}`, textOf(entity))} too`);
      else description[pair[0]] = pair[1];
    }
    kept.unshift({ ...entity, description });
    for (const [key, value] of [...Object.entries(id), ...Object.entries(description)])
      values.set(key, value);
  }
  return kept;
}

const shortened = (name: string) => name.slice(0, 100);

function textOf({ type, id, description, schemaUrl }: Entity): string {
  const [ids, others] = [id, description].map((attributes) =>
    Object.entries(attributes).map(([key, value]) => `${key}=${encodeURIComponent(value)}`),
  );
  return `${type}{${ids}}${others!.length > 0 ? `[${others}]` : ''}${schemaUrl ? `@${schemaUrl}` : ''}`;
}
