import { type ExpectedRecord, type LogScenarioOptions, logScenario } from '../harness/log-scenario';

function inRequest(url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  return [
    { severity: [9, 'info'], body: `looked up ${url}`, span },
    { severity: [13, 'warn'], body: `careful ${url}`, span },
    {
      severity: [17, 'error'],
      body: `cannot look up ${url} TypeError: wrong`,
      attributes: {
        'exception.type': 'TypeError',
        'exception.message': 'wrong',
        'exception.stacktrace': 'TypeError: wrong\n    at the desk',
      },
      span,
    },
  ];
}

const scenario: LogScenarioOptions = {
  fixture: 'console',
  scope: 'console',
  env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: '*,console' },
  expect: [
    { severity: [9, 'log'], body: 'ready { id: 7 }' },
    ...inRequest('/one'),
    ...inRequest('/two'),
    { severity: [5, 'debug'], body: '{ done: true }' },
    { severity: [13, 'warn'], body: 'Assertion failed: not so' },
  ],
  linesWithIds: 0,
};

logScenario('console', scenario);
logScenario('console on Node 18.19.0', { ...scenario, node: '18.19.0' });
logScenario('console on Node 26.10.0', { ...scenario, node: '26.10.0' });

logScenario('console, not enabled by name', {
  fixture: 'console',
  scope: 'console',
  expect: [],
  linesWithIds: 0,
});
