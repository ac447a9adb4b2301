import { name as packageName, version } from '../../../package.json';
import type { Config } from '../../config/config';
import { type Coverage, coverageOf } from '../coverage';
import type { Project } from '../project';
import { type Finding, note, ok, problem, type Section } from './finding';

/** Which of the project's packages are instrumented, and why others are not. */
export function examineLibraries(project: Project | undefined, folder: string, config: Config): Section {
  if (project === undefined) {
    const findings = [note(`no package.json in ${folder} or above`, 'Run this where the program is.')];
    return { title: 'Libraries', findings };
  }
  const covered = coverageOf(project, config);
  const findings = covered.map(describe);
  const rest = project.dependencies.filter(
    ({ name, isDevelopment }) =>
      !isDevelopment && !ownPackages.includes(name) && !covered.some((each) => each.name === name),
  );
  if (rest.length > 0)
    findings.push(note(`nothing is instrumented in ${listed(rest.map(({ name }) => name))}`));
  if (findings.length === 0) findings.push(note('no dependencies'));
  return { title: `Libraries of ${project.manifest.name ?? project.directory}`, findings };
}

/** Nobody expects them to be instrumented. */
const ownPackages: readonly string[] = [packageName, '@opentelemetry/api'];

const maxListed = 8;

function listed(names: readonly string[]): string {
  if (names.length <= maxListed) return names.join(', ');
  return `${names.slice(0, maxListed).join(', ')} and ${names.length - maxListed} more`;
}

function describe(coverage: Coverage): Finding {
  const { name, state, instrumentation, range, contribPackage } = coverage;
  const what = `${name}${coverage.version === undefined ? '' : ` ${coverage.version}`}`;
  switch (state) {
    case 'instrumented':
      return ok(what);
    case 'tried':
      return note(
        `${what} is newer than the supported ${range}`,
        'It is tried all the same; watch for a line on standard error.',
      );
    case 'too old':
      return problem(
        `${what} is not instrumented: supported is ${range}`,
        `Update ${name}; this is otel-instrument ${version}.`,
      );
    case 'not installed':
      return problem(`${what} is in package.json, but not installed`, 'Install the dependencies.');
    case 'disabled':
      return note(`${what} is instrumented, but switched off`, `Its name in settings is ${instrumentation}.`);
    case 'off by default':
      return note(
        `${what} is instrumented only on request`,
        `OTEL_NODE_ENABLED_INSTRUMENTATIONS=*,${instrumentation}`,
      );
    case 'elsewhere':
      return note(
        `${what} is not instrumented here`,
        `${contribPackage} is for it; see otel-instrument bootstrap.`,
      );
  }
}
