import { defineInstrumentation } from '../src/kit';
import { addIdsToJson } from './winston/json';
import { keepContext, sendFormatted, transformInContext } from './winston/logger';
import { endOfBatch, nextOfBatch } from './winston/transport';

/**
 * The patches are made by hand, since a logger is a stream: under load a record waits in it and is formatted later, in the context of another. So the
 * context is kept with the record when it is written. The ids are added where JSON is made, so that text lines stay as they are.
 */
export default defineInstrumentation({
  name: 'winston',
  docs: {
    title: 'winston',
    description:
      'Ids of the active span in each record that is formatted as JSON (`trace_id`, `span_id`, `trace_flags`); the records as log records.',
    link: 'https://github.com/winstonjs/winston',
    packages: '`winston` 3',
    signals: ['logs'],
  },
  targets: [
    {
      module: 'winston',
      versions: '>=3.0.0 <4.0.0',
      patches: [
        { file: 'lib/winston/logger.js', method: 'prototype.write', wrap: keepContext },
        { file: 'lib/winston/logger.js', method: 'prototype._transform', wrap: transformInContext },
        { file: 'lib/winston/logger.js', method: 'prototype.push', wrap: sendFormatted },
      ],
    },
    {
      module: 'logform',
      versions: '>=1.0.0 <3.0.0',
      patches: ['json.js', 'logstash.js'].map((file) => ({
        file,
        method: 'Format.prototype.transform',
        wrap: addIdsToJson,
      })),
    },
    {
      module: 'winston-transport',
      versions: '>=4.0.0 <5.0.0',
      // The main file of newer versions only passes on what the other exports.
      patches: ['index.js', 'modern.js'].flatMap((file) => [
        { file, method: 'prototype._write', wrap: transformInContext, optional: true },
        { file, method: 'prototype._writev', wrap: endOfBatch, optional: true },
        { file, method: 'prototype._accept', wrap: nextOfBatch, optional: true },
      ]),
    },
  ],
});
