import { version } from '../../../package.json';
import { addFormat, addSettingFlags, createProgram } from '../flags';
import { readProject } from '../project';
import { examineBundle } from './bundles';
import { examineCollector } from './collector';
import type { Section } from './finding';
import { examineLibraries } from './libraries';
import { examineNode } from './node';
import { examinePreloads } from './preloads';
import { examineProgram } from './program';
import { problemsIn, renderSections, renderVerdict } from './render';
import { examineSettings } from './settings';

/**
 * `otel-instrument doctor [-- command]`: why there is no telemetry, or that nothing stands in its way. With a command, runs it and says what was
 * recorded. Exit code 1 if something is wrong.
 *
 * @param variables - set by flags before the word
 */
export async function runDoctor(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const program = createProgram(
    'otel-instrument doctor',
    '[--flag value]... [--format name] [-- command [args...]]',
    'Looks for what keeps telemetry of the program in this folder from arriving; with a command, also runs it and says what was recorded.',
  )
    .argument('[command...]')
    .allowExcessArguments(true)
    .passThroughOptions();
  addFormat(program, ['text', 'json']);
  const flags = addSettingFlags(program, argv);
  program.parse(argv, { from: 'user' });
  const isJson = program.opts<{ format: string }>().format === 'json';
  const command = program.args;

  const env = { ...process.env, ...variables, ...flags };
  const folder = process.cwd();
  const project = readProject(folder);
  const { config, section: settings } = examineSettings(env, project);
  const libraries = examineLibraries(project, folder, config);
  const sections: Section[] = [
    examineNode(),
    examinePreloads(env.NODE_OPTIONS, project, command.length > 0),
    settings,
    { ...libraries, findings: [...libraries.findings, ...examineBundle(project, folder, command)] },
    await examineCollector(env, folder, config, project),
  ];
  if (!isJson) process.stdout.write(`otel-instrument ${version}\n\n${renderSections(sections)}\n`);
  if (command.length > 0) {
    const { section, reports } = await examineProgram(command, env, config, isJson);
    sections.push(section);
    if (!isJson) process.stdout.write(`\n${renderSections([section])}\n`);
    else printJson(sections, reports);
  } else if (isJson) printJson(sections);
  if (!isJson) process.stdout.write(`\n${renderVerdict(sections)}\n`);
  if (problemsIn(sections).length > 0) process.exitCode = 1;
}

function printJson(sections: readonly Section[], reports?: unknown): void {
  const problems = problemsIn(sections).length;
  process.stdout.write(`${JSON.stringify({ version, problems, sections, reports }, undefined, 2)}\n`);
}
