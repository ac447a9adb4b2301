import { type ExpectedRecord, type LogScenarioOptions, logScenario } from '../harness/log-scenario';

const exception = {
  'exception.type': 'TypeError',
  'exception.message': 'wrong',
  'exception.stacktrace': 'TypeError: wrong\n    at the desk',
};

function inRequest(version: string, url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  return [
    {
      severity: [9, 'info'],
      body: 'looked up',
      attributes: { url, 'user.name': 'Ann', tags: ['a', 1, null], password: '?' },
      span,
    },
    { severity: [8, 'http'], body: 'as an object', attributes: { url }, span },
    {
      severity: [17, 'error'],
      // Later versions add the error's message.
      body: version === '3.0.0' ? 'cannot look up:' : 'cannot look up: wrong',
      attributes: exception,
      span,
    },
    { severity: [17, 'error'], body: 'in a field', attributes: { url, ...exception }, span },
    { severity: [13, 'warn'], body: 'with an id of its own', attributes: { url, trace_id: 'mine' }, span },
  ];
}

const scenario: LogScenarioOptions = {
  fixture: 'winston',
  library: 'winston',
  scope: 'winston',
  expect: (version) => [
    { severity: [9, 'info'], body: 'ready' },
    ...inRequest(version, '/one'),
    ...inRequest(version, '/two'),
    { severity: [17, 'error'], body: 'wrong', attributes: exception },
  ],
  linesWithIds: 14,
};

logScenario('winston', scenario);
logScenario('winston on Node 18.19.0', { ...scenario, versions: '3.19.0', node: '18.19.0' });
logScenario('winston on Node 26.10.0', { ...scenario, versions: '3.19.0', node: '26.10.0' });

// A record that had to wait is formatted in the context of another: its ids are its own.
logScenario('winston under load', {
  fixture: 'winston',
  app: 'load',
  library: 'winston',
  scope: 'winston',
  expect: ['/one', '/two'].flatMap((url) =>
    Array.from({ length: 100 }, (_, number) => ({
      severity: [9, 'info'] as const,
      body: 'at work',
      attributes: { url, index: number >> 1, formatter: number & 1 },
      span: `GET ${url}`,
    })),
  ),
  linesWithIds: 200,
  isOfSpan: (line, span) => line.includes(`"url":"${span.replace('GET ', '')}"`),
});
