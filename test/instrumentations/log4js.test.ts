import { type ExpectedRecord, type LogScenarioOptions, logScenario } from '../harness/log-scenario';

const exception = {
  'exception.type': 'TypeError',
  'exception.message': 'wrong',
  'exception.stacktrace': 'TypeError: wrong\n    at the desk',
};

function inRequest(url: string): ExpectedRecord[] {
  const span = `GET ${url}`;
  const fields = { categoryName: 'shop.desk', url };
  return [
    { severity: [9, 'INFO'], body: 'looked up Ann { id: 7 }', attributes: fields, span },
    { severity: [10, 'NOTICE'], body: 'between two levels', attributes: fields, span },
    {
      severity: [17, 'ERROR'],
      body: 'cannot look up: TypeError: wrong',
      attributes: { ...fields, ...exception },
      span,
    },
    {
      severity: [13, 'WARN'],
      body: 'with an id of its own',
      attributes: { ...fields, trace_id: 'mine' },
      span,
    },
    { severity: [9, 'MARK'], body: 'marked', attributes: { ...fields, trace_id: 'mine' }, span },
  ];
}

const scenario: LogScenarioOptions = {
  fixture: 'log4js',
  library: 'log4js',
  scope: 'log4js',
  expect: [
    { severity: [9, 'INFO'], body: 'ready', attributes: { categoryName: 'shop' } },
    ...inRequest('/one'),
    ...inRequest('/two'),
    {
      severity: [21, 'FATAL'],
      body: 'TypeError: wrong',
      attributes: { categoryName: 'shop', ...exception },
    },
  ],
  // The text appender's lines stay as they are.
  linesWithIds: 10,
};

logScenario('log4js', scenario);

// The text appender prints by `console.log`: each event is one record all the same.
logScenario('log4js, with console enabled too', {
  ...scenario,
  env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: '*,console' },
});
logScenario('log4js on Node 18.19.0', { ...scenario, versions: '6.9.1', node: '18.19.0' });
logScenario('log4js on Node 26.10.0', { ...scenario, versions: '6.9.1', node: '26.10.0' });
