import type { SecureContextOptions } from 'node:tls';
import { log, messageOf } from '../../diag/log';

/** A file with a certificate or a key, and the setting that names it, for messages. */
export interface TlsFile {
  readonly path: string;
  readonly setting: string;
}

export interface TlsFiles {
  /** Whom to trust, instead of the authorities that Node trusts. */
  readonly certificate?: TlsFile | undefined;
  readonly clientKey?: TlsFile | undefined;
  readonly clientCertificate?: TlsFile | undefined;
}

/** Texts in PEM. */
export type TlsMaterial = { readonly [Name in 'ca' | 'key' | 'cert']?: string };

/**
 * Reads the files now, and again when they have changed: certificates are renewed while programs run. The returned function is called once a
 * connection and costs a `stat` a file.
 *
 * @returns a function that throws an Error whose message is one line with the setting at fault; a renewal that cannot be used is told once, and what
 *   was read before stays in use
 */
export function createTlsReader(files: TlsFiles): () => TlsMaterial {
  const wanted = entriesOf(files);
  let stamp = '';
  let material: TlsMaterial | undefined;

  return () => {
    try {
      const found = wanted.map(stampOf).join();
      if (material === undefined || found !== stamp) {
        material = readAll(wanted);
        stamp = found;
      }
    } catch (error) {
      if (material === undefined) throw error;
      log.warnOnce(`${messageOf(error)}; going on with what was read before`);
    }
    return material;
  };
}

type Entry = readonly [name: 'ca' | 'key' | 'cert', file: TlsFile];

function entriesOf({ certificate, clientKey, clientCertificate }: TlsFiles): Entry[] {
  const all = [
    ['ca', certificate],
    ['key', clientKey],
    ['cert', clientCertificate],
  ] as const;
  return all.filter((entry): entry is Entry => entry[1] !== undefined);
}

function stampOf([, { path, setting }]: Entry): string {
  const { statSync } = require('node:fs') as typeof import('node:fs');
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    throw unreadable(setting, path, error);
  }
}

function readAll(entries: readonly Entry[]): TlsMaterial {
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  const material: { -readonly [Name in keyof TlsMaterial]: string } = {};
  for (const [name, { path, setting }] of entries) {
    try {
      material[name] = readFileSync(path, 'latin1');
    } catch (error) {
      throw unreadable(setting, path, error);
    }
    const what = name === 'key' ? 'PRIVATE KEY' : 'CERTIFICATE';
    if (!material[name].includes(`${what}-----`)) {
      throw new Error(`${setting}: no ${what.toLowerCase()} in PEM in ${JSON.stringify(path)}`);
    }
  }
  probe(material, entries);
  return material;
}

/** What OpenSSL refuses is told here, with the names of the settings, and not when the connection fails. */
function probe(material: SecureContextOptions, entries: readonly Entry[]): void {
  const { createSecureContext } = require('node:tls') as typeof import('node:tls');
  try {
    createSecureContext(material);
  } catch (error) {
    throw new Error(
      `${entries.map(([, { setting }]) => setting).join(', ')}: not accepted, ${messageOf(error)}`,
    );
  }
}

function unreadable(setting: string, path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  return new Error(`${setting}: cannot read ${JSON.stringify(path)} (${code ?? messageOf(error)})`);
}
