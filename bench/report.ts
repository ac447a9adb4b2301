import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What is measured: a heading of the report, below that of its Node. */
export interface Section {
  readonly nodeVersion: string;
  readonly title: string;
  readonly text: string;
}

/** The report, which grows with each section: a run that is interrupted leaves what it has. */
export interface Report {
  add(section: Section): void;
}

/**
 * A report in Markdown. Sections of earlier runs stay until they are measured again, so that a run may be of some parts alone; each says when it was
 * measured.
 *
 * @param path - of the file; `undefined`: nothing is written.
 * @param head - what stands above the sections.
 * @param order - of the titles.
 */
export function openReport(path: string | undefined, head: string, order: readonly string[]): Report {
  const sections = path === undefined ? [] : readSections(path);
  return {
    add(section) {
      const index = sections.findIndex(
        ({ nodeVersion, title }) => nodeVersion === section.nodeVersion && title === section.title,
      );
      if (index >= 0) sections[index] = section;
      else sections.push(section);
      if (path !== undefined) writeFileSync(path, render());
    },
  };

  function render(): string {
    const versions = [...new Set(sections.map(({ nodeVersion }) => nodeVersion))].sort(
      (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
    );
    const ofNode = (version: string) =>
      sections
        .filter(({ nodeVersion }) => nodeVersion === version)
        .sort((a, b) => order.indexOf(a.title) - order.indexOf(b.title))
        .map(({ title, text }) => `### ${title}\n\n${text}`);
    const parts = versions.map((version) => [`## Node.js ${version}`, ...ofNode(version)].join('\n\n'));
    return `${[head, ...parts].join('\n\n')}\n`;
  }

  function readSections(file: string): Section[] {
    if (!existsSync(file)) return [];
    const found: Section[] = [];
    for (const part of readFileSync(file, 'utf8')
      .split(/^## Node\.js /m)
      .slice(1)) {
      const nodeVersion = part.slice(0, part.indexOf('\n')).trim();
      for (const section of part.split(/^### /m).slice(1)) {
        const title = section.slice(0, section.indexOf('\n')).trim();
        if (order.includes(title))
          found.push({ nodeVersion, title, text: section.slice(title.length).trim() });
      }
    }
    return found;
  }
}
