import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../scripts/ensure.mjs'

export interface Certificate {
  readonly keyFile: string
  readonly certFile: string
  readonly key: Buffer
  readonly cert: Buffer
  /**
   * For Chromium's `--ignore-certificate-errors-spki-list`, which takes this one certificate for sound. When it only
   * ignores errors, it caches nothing.
   */
  readonly keyHash: string
}

/** Makes a certificate for 127.0.0.1 in this folder. Throws without openssl: Node itself cannot make one. */
export async function createCertificate(folder: string): Promise<Certificate> {
  const openssl = findProgram('openssl')
  if (!openssl)
    throw new Error('openssl is not on PATH, and TLS is what is tested here. Run: node scripts/ensure.mjs openssl')
  const keyFile = join(folder, 'key.pem')
  const certFile = join(folder, 'cert.pem')
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '7']
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  await promisify(execFile)(openssl, ['req', '-x509', ...kind, ...names, '-keyout', keyFile, '-out', certFile])
  const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)])
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return { keyFile, certFile, key, cert, keyHash: createHash('sha256').update(publicKey).digest('base64') }
}
