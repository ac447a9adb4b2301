import { type ExpectedRecord, type LogScenarioOptions, logScenario } from '../harness/log-scenario';

function inRequest(url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  const fields = { name: 'shop', url };
  return [
    {
      severity: [9, 'info'],
      body: 'looked up Ann',
      attributes: { ...fields, 'user.name': 'Ann', tags: ['a', 1, null] },
      span,
    },
    {
      severity: [17, 'error'],
      body: 'cannot look up',
      attributes: {
        ...fields,
        'exception.type': 'EDESK',
        'exception.message': 'wrong',
        'exception.stacktrace': 'TypeError: wrong\n    at the desk',
      },
      span,
    },
    {
      severity: [13, 'warn'],
      body: 'with an id of its own',
      attributes: { ...fields, trace_id: 'mine' },
      span,
    },
    {
      severity: [21, 'fatal'],
      body: 'elsewhere',
      attributes: { ...fields, at: '1970-01-01T00:00:00.000Z', cents: 12.5 },
      span,
    },
  ];
}

const scenario: LogScenarioOptions = {
  fixture: 'bunyan',
  library: 'bunyan',
  scope: 'bunyan',
  expect: [
    { severity: [9, 'info'], body: 'ready', attributes: { name: 'shop' } },
    ...inRequest('/one'),
    ...inRequest('/two'),
    { severity: [13, 'warn'], body: 'done', attributes: { name: 'shop', err: 'only a text' } },
  ],
  linesWithIds: 8,
};

logScenario('bunyan', scenario);
logScenario('bunyan on Node 18.19.0', { ...scenario, versions: '1.8.15', node: '18.19.0' });
logScenario('bunyan on Node 26.10.0', { ...scenario, versions: '2.0.5', node: '26.10.0' });
