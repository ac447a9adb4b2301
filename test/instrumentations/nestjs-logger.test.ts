import { satisfies } from 'semver';
import { type ExpectedRecord, logScenario } from '../harness/log-scenario';

function inRequest(version: string, url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  const attributes = { context: 'desk' };
  const records: ExpectedRecord[] = [
    { severity: [9, 'log'], body: `looked up ${url}`, attributes, span },
    { severity: [9, 'log'], body: { id: 7 }, attributes, span },
    {
      severity: [17, 'error'],
      body: `cannot look up ${url}`,
      attributes: {
        ...attributes,
        'exception.message': `cannot look up ${url}`,
        'exception.stacktrace': 'TypeError: wrong\n    at the desk',
      },
      span,
    },
    { severity: [13, 'warn'], body: { url }, attributes, span },
  ];
  if (satisfies(version, '>=11'))
    records.push({ severity: [13, 'warn'], body: `as JSON ${url}`, attributes: { context: 'json' }, span });
  return records;
}

for (const [versions, linesWithIds] of [
  ['<11', 0],
  ['>=11', 2],
] as const) {
  logScenario(`nestjs-logger ${versions}`, {
    fixture: 'nestjs-logger',
    library: 'nestjs-logger',
    versions,
    scope: 'nestjs-logger',
    expect: (version) => [
      { severity: [9, 'log'], body: 'ready', attributes: { context: 'desk' } },
      ...inRequest(version, '/one'),
      ...inRequest(version, '/two'),
    ],
    linesWithIds,
    mask: /(?<=\[Nest\] )\d+/g,
  });
}
