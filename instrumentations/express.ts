import { defineInstrumentation, type MethodPatch } from '../src/kit';
import { noteErrors, watchFinalHandler } from './express/errors';
import { noteMounts, noteParsedUrl, watchLayers } from './express/layers';

/**
 * The patches are made by hand, since no function of ours may stand below a handler: express prints the stack of an error to stderr and to the
 * client. So nothing that calls handlers is wrapped. A router parses the URL of the request (`parseurl`) and then asks its layers, one
 * after the other, whether they match; both return before the matching layer's handler runs.
 *
 * The tracing channel of router 2.3 (`express.router.request`) is not used: subscribing to it changes those stacks too, and costs an
 * object and three closures for each layer of each request.
 */
export default defineInstrumentation({
  name: 'express',
  docs: {
    title: 'Express',
    description:
      'The route of a request (`http.route`, the name of its server span) and the error that it ended with; no spans of its own.',
    link: 'https://expressjs.com',
    packages: '`express` 4 and 5',
  },
  addsToOthers: true,
  targets: [
    {
      module: 'express',
      versions: '>=4.0.0 <6.0.0',
      patches: [
        ...layerPatches('lib/router/layer.js', 'handle_error', '<5.0.0'),
        { file: 'lib/router/index.js', method: 'use', versions: '<5.0.0', wrap: noteMounts },
      ],
    },
    {
      module: 'router',
      versions: '>=1.0.0 <3.0.0',
      patches: [
        ...layerPatches('lib/layer.js', 'handle_error', '<2.0.0'),
        ...layerPatches('lib/layer.js', 'handleError', '>=2.0.0'),
        // Later versions keep the path in the layer.
        { method: 'prototype.use', versions: '<2.3.0', wrap: noteMounts },
      ],
    },
    { module: 'parseurl', versions: '>=1.0.0 <2.0.0', patches: [{ method: '', wrap: noteParsedUrl }] },
    {
      module: 'finalhandler',
      versions: '>=0.0.2 <3.0.0',
      patches: [{ method: '', wrap: watchFinalHandler }],
    },
  ],
});

function layerPatches(file: string, errorMethod: string, versions: string): MethodPatch[] {
  return [
    { file, versions, method: '', wrap: watchLayers },
    // The first versions of express 4 have no such method.
    { file, versions, method: `prototype.${errorMethod}`, optional: true, wrap: noteErrors },
  ];
}
