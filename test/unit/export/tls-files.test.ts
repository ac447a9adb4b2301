import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTlsReader, type TlsFiles } from '../../../src/export/transport/tls-files';
import { type Authority, createAuthority } from '../../harness/certificates';

function authority(t: TestContext): Authority | undefined {
  const created = createAuthority();
  if (created) t.after(() => created.remove());
  else t.skip('openssl is missing');
  return created;
}

const named = (path: string, setting: string) => ({ path, setting });

test('what is read, and again when a file has changed', (t) => {
  const ca = authority(t);
  if (!ca) return;
  const [first, second] = [ca.issue('first'), ca.issue('second')];
  const files: TlsFiles = {
    certificate: named(ca.certificate, 'CA'),
    clientKey: named(join(ca.directory, 'used.key'), 'KEY'),
    clientCertificate: named(join(ca.directory, 'used.pem'), 'CERT'),
  };
  const use = ({ key, certificate }: typeof first) => {
    copyFileSync(key, files.clientKey!.path);
    copyFileSync(certificate, files.clientCertificate!.path);
  };
  use(first);
  const read = createTlsReader(files);
  const before = read();
  assert.equal(before.ca, readFileSync(ca.certificate, 'latin1'));
  assert.equal(before.cert, readFileSync(first.certificate, 'latin1'));
  assert.equal(before.key, readFileSync(first.key, 'latin1'));
  assert.equal(read(), before);
  use(second);
  assert.equal(read().cert, readFileSync(second.certificate, 'latin1'));

  // A renewal that is half done: the key is there, the certificate is not.
  copyFileSync(first.key, files.clientKey!.path);
  assert.equal(read().cert, readFileSync(second.certificate, 'latin1'));
  rmSync(files.clientCertificate!.path);
  assert.equal(read().cert, readFileSync(second.certificate, 'latin1'));
  use(first);
  assert.equal(read().cert, readFileSync(first.certificate, 'latin1'));
});

test('what is wrong is one line with the name of the setting', (t) => {
  const ca = authority(t);
  if (!ca) return;
  const [first, second] = [ca.issue('first'), ca.issue('second')];
  const text = join(ca.directory, 'text');
  writeFileSync(text, 'no certificate');
  const message = (files: TlsFiles) => {
    try {
      createTlsReader(files)();
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  const missing = join(ca.directory, 'not-there');
  assert.equal(
    message({ certificate: named(missing, 'CA') }),
    `CA: cannot read ${JSON.stringify(missing)} (ENOENT)`,
  );
  assert.equal(
    message({ clientKey: named(ca.directory, 'KEY') }),
    `KEY: cannot read ${JSON.stringify(ca.directory)} (EISDIR)`,
  );
  assert.equal(
    message({ certificate: named(text, 'CA') }),
    `CA: no certificate in PEM in ${JSON.stringify(text)}`,
  );
  assert.equal(
    message({ clientKey: named(first.certificate, 'KEY') }),
    `KEY: no private key in PEM in ${JSON.stringify(first.certificate)}`,
  );
  assert.match(
    message({ clientKey: named(first.key, 'KEY'), clientCertificate: named(second.certificate, 'CERT') }),
    /^KEY, CERT: not accepted, .*mismatch/,
  );
});
