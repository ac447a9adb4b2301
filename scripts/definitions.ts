import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Instrumentation } from '../src/kit/define';
import { provideTelemetry, type Telemetry } from '../src/kit/telemetry';

/** A definition and its file below `instrumentations/`, without the ending. */
export interface Definition extends Instrumentation {
  readonly file: string;
}

/** Every instrumentation, in the order of file names. They are only read here, so they get no SDK. */
export function loadDefinitions(): Definition[] {
  provideTelemetry({ instrumented: () => ({}), settings: { options: {} } } as unknown as Telemetry);
  const directory = resolve('instrumentations');
  return readdirSync(directory)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .sort()
    .map((name) => {
      const file = name.slice(0, -'.ts'.length);
      const definition = require(`${directory}/${file}`).default as Instrumentation | undefined;
      if (definition?.name !== file)
        throw new Error(`instrumentations/${name}: its default export must be named "${file}"`);
      return { ...definition, file };
    });
}
