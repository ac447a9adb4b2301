import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, fillCache, run, runs } from './cache';
import { type TestServer, Unavailable } from './server';
import { freePort, startProcess, temporaryDirectory } from './server-process';

export interface Prometheus extends TestServer {
  /** `promtool`, which judges what a target serves. */
  readonly promtool: string;
}

/**
 * A Prometheus that scrapes one target every second: the one that is installed, else that of Debian, unpacked without being installed.
 *
 * @param target `host:port` of the endpoint.
 * @throws Unavailable where there is neither
 */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const directory = binaries();
  const work = temporaryDirectory('prometheus');
  writeFileSync(join(work, 'prometheus.yml'), configuration(target));
  const port = await freePort();
  const { stop } = await startProcess({
    command: join(directory, 'prometheus'),
    args: [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    directory: work,
    ready: /Server is ready to receive web requests/,
  });
  return {
    address: `http://127.0.0.1:${port}`,
    kind: 'real',
    description: `Prometheus ${version(directory)}`,
    promtool: join(directory, 'promtool'),
    stop,
  };
}

const configuration = (target: string) => `
global:
  scrape_interval: 1s
  scrape_timeout: 1s
storage:
  exemplars:
    max_exemplars: 1000
scrape_configs:
  - job_name: test
    static_configs:
      - targets: ['${target}']
`;

function binaries(): string {
  if (runs('prometheus', '--version')) return '/usr/bin';
  const directory = join(cached('prometheus-debian'), 'usr/bin');
  if (!existsSync(directory)) unpack();
  return directory;
}

function unpack(): void {
  if (!runs('apt-get', '--version')) throw new Unavailable('no prometheus, and no apt-get to fetch it with');
  try {
    fillCache('prometheus-debian', (directory) => {
      const download = join(directory, 'download');
      mkdirSync(download);
      run('apt-get', ['download', 'prometheus'], download);
      run('dpkg-deb', ['-x', join(download, readdirSync(download)[0]!), directory], directory);
    });
  } catch (error) {
    throw new Unavailable(`prometheus cannot be had: ${(error as Error).message.split('\n')[0]}`);
  }
}

function version(directory: string): string | undefined {
  const { stdout, stderr } = spawnSync(join(directory, 'prometheus'), ['--version'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.match(/version ([\d.]+)/)?.[1];
}
