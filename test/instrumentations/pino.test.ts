import { type ExpectedRecord, type LogScenarioOptions, logScenario } from '../harness/log-scenario';

const exception = {
  'exception.type': 'TypeError',
  'exception.message': 'wrong',
  'exception.stacktrace': 'TypeError: wrong\n    at the desk',
};

function inRequest(url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  const fields = { name: 'shop', region: 'eu', url };
  return [
    {
      severity: [9, 'info'],
      body: 'looked up Ann',
      attributes: { ...fields, 'user.name': 'Ann', 'user.password': '[Redacted]', tags: ['a', 1, null] },
      span,
    },
    { severity: [11, 'notice'], body: 'between two levels', attributes: fields, span },
    { severity: [17, 'error'], body: 'cannot look up', attributes: { ...fields, ...exception }, span },
    {
      severity: [13, 'warn'],
      body: 'with an id of its own',
      attributes: { ...fields, trace_id: 'mine', 'deep.trace_id': 'x' },
      span,
    },
    {
      severity: [21, 'fatal'],
      body: 'elsewhere',
      attributes: { 'data.at': '1970-01-01T00:00:00.000Z' },
      span,
    },
  ];
}

const scenario: LogScenarioOptions = {
  fixture: 'pino',
  library: 'pino',
  scope: 'pino',
  expect: [
    { severity: [9, 'info'], body: 'ready', attributes: { name: 'shop', region: 'eu' } },
    ...inRequest('/one'),
    ...inRequest('/two'),
    {
      severity: [17, 'error'],
      body: '',
      attributes: { name: 'shop', region: 'eu', done: true, error: 'only a text' },
    },
  ],
  linesWithIds: 12,
};

logScenario('pino', scenario);
logScenario('pino on Node 18.19.0', { ...scenario, versions: '9.14.0', node: '18.19.0' });
logScenario('pino on Node 26.10.0', { ...scenario, versions: '10.4.0', node: '26.10.0' });

logScenario('pino with transports in worker threads', {
  fixture: 'pino',
  app: 'transports',
  library: 'pino',
  scope: 'pino',
  expect: [
    { severity: [9, 'info'], body: 'in a request', span: 'GET /' },
    { severity: [17, 'error'], body: 'in a request too', span: 'GET /' },
    { severity: [13, 'warn'], body: 'outside' },
  ],
  linesWithIds: 3,
});
