import type { Finding, Section } from './finding';

const marks: Readonly<Record<Finding['status'], string>> = { ok: '✓', note: '·', problem: '✗' };

/** For people: a line for each finding, what to do below it. */
export function renderSections(sections: readonly Section[]): string {
  return sections
    .filter(({ findings }) => findings.length > 0)
    .map(renderSection)
    .join('\n\n');
}

/** The last line: how many problems there are. */
export function renderVerdict(sections: readonly Section[]): string {
  const problems = problemsIn(sections).length;
  return problems === 0 ? 'Nothing is wrong.' : `${problems} problem${problems === 1 ? '' : 's'}.`;
}

/** The findings that are problems, of all sections. */
export function problemsIn(sections: readonly Section[]): Finding[] {
  return sections.flatMap(({ findings }) => findings).filter(({ status }) => status === 'problem');
}

function renderSection({ title, findings }: Section): string {
  return [title, ...findings.flatMap(renderFinding)].join('\n');
}

function renderFinding({ status, text, advice }: Finding): string[] {
  const line = `  ${marks[status]} ${text}`;
  return advice === undefined ? [line] : [line, `      ${advice}`];
}
