import { readFileSync, realpathSync } from 'node:fs';
import { arch, hostname, release, type } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { newSpanId, newTraceId } from './trace/ids';

/** What the user said of the resource; everything else is found out. */
export interface ResourceOptions {
  readonly serviceName: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly distroVersion: string;
}

/**
 * The resource of this process (semantic conventions, "Resource"): service, telemetry SDK and distribution, process, host and operating
 * system. The user's attributes win.
 */
export function detectResource({ serviceName, attributes, distroVersion }: ResourceOptions): Attributes {
  const manifest = attributes['service.name'] || serviceName ? undefined : findManifest();
  return {
    'service.instance.id': newUuid(),
    ...(manifest?.version ? { 'service.version': manifest.version } : undefined),
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': distroVersion,
    'telemetry.distro.name': 'otel-instrument',
    'telemetry.distro.version': distroVersion,
    ...processAttributes(),
    'host.name': hostname(),
    'host.arch': hostArch(arch()),
    'os.type': type().toLowerCase(),
    'os.version': release(),
    ...attributes,
    'service.name':
      serviceName ||
      attributes['service.name'] ||
      manifest?.name ||
      `unknown_service:${basename(process.argv0)}`,
  };
}

function processAttributes(): Attributes {
  const [executable, script] = process.argv;
  return {
    'process.pid': process.pid,
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    // Not process.command_args: arguments hold secrets.
    ...(script ? { 'process.command': script } : executable ? { 'process.command': executable } : undefined),
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  };
}

/** Values of `host.arch`. */
function hostArch(nodeArch: string): string {
  return { x64: 'amd64', ia32: 'x86', arm: 'arm32', ppc64: 'ppc64' }[nodeArch] ?? nodeArch;
}

/** Name and version of the `package.json` nearest to the main script. */
function findManifest(): { name?: string; version?: string } | undefined {
  const script = process.argv[1];
  if (!script) return undefined;
  try {
    let directory = dirname(realpathSync(script));
    for (;;) {
      const manifest = readManifest(join(directory, 'package.json'));
      if (manifest?.name) return manifest;
      const parent = dirname(directory);
      if (parent === directory) return undefined;
      directory = parent;
    }
  } catch {
    return undefined;
  }
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
    if (typeof name !== 'string' || name === '') return undefined;
    return typeof version === 'string' ? { name, version } : { name };
  } catch {
    return undefined;
  }
}

/** A random UUID (RFC 9562, version 4) from the same source as trace ids. */
function newUuid(): string {
  const hex = newTraceId();
  const variant = '89ab'[Number.parseInt(newSpanId()[0]!, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
