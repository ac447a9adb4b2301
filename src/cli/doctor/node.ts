import { engines } from '../../../package.json';
import { satisfies, synchronousHooks } from '../../hook/versions';
import { ok, problem, type Section } from './finding';

/** The Node.js that runs this, which is the one that `node` means here. */
export function examineNode(): Section {
  const version = process.versions.node;
  if (!satisfies(version, engines.node)) {
    const advice = `Programs run uninstrumented here; ${engines.node} is supported.`;
    return { title: 'Node.js', findings: [problem(`Node.js ${version} is too old`, advice)] };
  }
  const esModules = satisfies(version, synchronousHooks)
    ? 'by synchronous hooks'
    : 'by lines appended to their source';
  return {
    title: 'Node.js',
    findings: [
      ok(`Node.js ${version} on ${process.platform} ${process.arch}`),
      ok(`CommonJS is patched at Module.prototype._compile, ES modules ${esModules}`),
    ],
  };
}
