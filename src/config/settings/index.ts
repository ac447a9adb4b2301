import { general } from './general';
import { instrumentations } from './instrumentations';
import { logs } from './logs';
import { metrics } from './metrics';
import { node } from './node';
import { otlp, otlpSignals } from './otlp';
import type { Setting } from './setting';
import { traces } from './traces';

export { otlpSignals } from './otlp';
export { type Setting, valueText } from './setting';

/** Settings by a short name of their own; those of OTLP that one signal has are in {@link otlpSignals}. */
export const settings = { ...general, ...traces, ...metrics, ...logs, ...otlp, ...node, ...instrumentations };

/** A part of the documentation, in its order. */
interface Group {
  readonly title: string;
  readonly settings: readonly Setting<any>[];
}

/** Every setting, as the documentation and `--help` list them. */
export const settingGroups: readonly Group[] = [
  { title: 'General', settings: Object.values(general) },
  { title: 'Traces', settings: Object.values(traces) },
  { title: 'Metrics', settings: Object.values(metrics) },
  { title: 'Logs', settings: Object.values(logs) },
  {
    title: 'OTLP',
    settings: [otlp, otlpSignals.traces, otlpSignals.metrics, otlpSignals.logs].flatMap(
      (group): readonly Setting<any>[] => Object.values(group),
    ),
  },
  { title: 'Node.js', settings: Object.values(node) },
  { title: 'Instrumentations', settings: Object.values(instrumentations) },
];

/** The table as one list. */
export const allSettings: readonly Setting<any>[] = settingGroups.flatMap((group) => group.settings);
