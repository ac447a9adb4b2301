import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from '../test/harness/install';
import { agentsFor } from './agents';
import { type Options, readOptions, usage } from './options';
import { describeAgents, type Part, parts } from './parts';
import { openReport } from './report';

/** Measures part after part; one that fails is told of, and the others go on. */
async function main(options: Options): Promise<void> {
  ensureInstalled(__dirname);
  ensureInstalled(join(__dirname, '../test')); // PostgreSQL
  const titles = Object.values(parts).map(({ title }) => title);
  const path = options.quick ? undefined : join(__dirname, 'results.md');
  const report = openReport(path, describeMachine(), ['Agents', ...titles]);
  console.log(describeMachine());

  for (const node of options.nodes) {
    const nodeVersion = node.version;
    report.add({ nodeVersion, title: 'Agents', text: `${describeAgents(agentsFor(nodeVersion))}.` });
    console.log(`\n## Node.js ${nodeVersion}\n\n${describeAgents(agentsFor(nodeVersion))}.`);
    for (const name of options.parts) {
      const { title, measure }: Part = parts[name];
      const startedAt = performance.now();
      try {
        const text = `${new Date().toISOString().slice(0, 10)}, ${await measure({ node, options })}`;
        report.add({ nodeVersion, title, text });
        console.log(`\n### ${title}\n\n${text}`);
      } catch (error) {
        console.error(`\n### ${title}\n\nfailed: ${(error as Error).stack}`);
        process.exitCode = 1;
      }
      console.log(`\n(${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
    }
  }
}

function describeMachine(): string {
  const [cpu] = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  return `# Results of \`npm run bench\`

${cpus().length} x ${cpu?.model}, ${gibibytes} GiB, ${process.platform} ${process.arch}.
Median (lowest..highest). How it is measured: [README.md](README.md).`;
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

if (process.argv.includes('--help')) console.log(usage);
else
  main(optionsOrExit()).catch((error: Error) => {
    console.error(error.stack);
    process.exit(1);
  });
