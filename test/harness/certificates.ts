import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  /** Paths of files in PEM. */
  readonly key: string;
  readonly certificate: string;
}

/** A certificate authority of a test's own, in a directory that `remove` deletes. */
export interface Authority {
  /** Path of the authority's certificate. */
  readonly certificate: string;
  readonly directory: string;
  /** Signs a certificate for these names, as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  issue(name: string, subjectAlternativeNames?: readonly string[]): KeyPair;
  remove(): void;
}

/** Makes an authority with the `openssl` command; `undefined` where that is missing. */
export function createAuthority(commonName = 'Test authority'): Authority | undefined {
  if (spawnSync('openssl', ['version']).status !== 0) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  const file = (name: string) => join(directory, name);
  const [key, certificate] = [file('ca.key'), file('ca.pem')];
  openssl(`req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj`, [
    `/CN=${commonName}`,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  return {
    certificate,
    directory,
    issue(name, names = ['DNS:localhost', 'IP:127.0.0.1']) {
      const pair = { key: file(`${name}.key`), certificate: file(`${name}.pem`) };
      const request = file(`${name}.csr`);
      const extensions = file(`${name}.ext`);
      writeFileSync(extensions, `subjectAltName=${names.join(',')}\n`);
      openssl(`req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj`, [
        `/CN=${name}`,
        '-keyout',
        pair.key,
        '-out',
        request,
      ]);
      openssl('x509 -req -days 2 -CAcreateserial -in', [
        request,
        '-CA',
        certificate,
        '-CAkey',
        key,
        '-extfile',
        extensions,
        '-out',
        pair.certificate,
      ]);
      return pair;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The options of a server of `node:https` or `node:http2` with this key pair. */
export const serverOptions = ({ key, certificate }: KeyPair) => ({
  key: readFileSync(key),
  cert: readFileSync(certificate),
});

function openssl(words: string, more: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', [...words.split(' '), ...more], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words}: ${stderr}`);
}
