import { readFileSync } from 'node:fs';

interface Result {
  readonly delivered: string;
  readonly lateMillis: number;
}

/** The table of docs/reliability.md, from what test/e2e/endings-collector.test.ts saw when it ran with RECORD set. */
export function renderEndingsTable(): string {
  const results = JSON.parse(readFileSync('docs/reliability.json', 'utf8')) as Record<
    string,
    Record<string, Result>
  >;
  const endings = Object.keys(Object.values(results)[0] ?? {});
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['Collector', ...endings]),
    row(['---', ...endings.map(() => '---')]),
    ...Object.entries(results).map(([state, byEnding]) =>
      row([state, ...endings.map((ending) => cell(byEnding[ending]!))]),
    ),
  ].join('\n');
}

function cell({ delivered, lateMillis }: Result): string {
  return `${delivered}, ${lateMillis < 10 ? '< 10' : `+${lateMillis}`} ms`;
}
