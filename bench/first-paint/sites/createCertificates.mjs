import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { findOnPath } from '../../../scripts/lib/findOnPath.mjs'

/**
 * One self-made certificate per host, on one key: with a common certificate the browser would share one HTTP/2
 * connection between hosts that in life are strangers (https://www.rfc-editor.org/rfc/rfc9113#section-9.1.1).
 * `keyHash` is what tells Chromium to trust them.
 */
export function createCertificates(hosts) {
  const openssl = findOnPath(['openssl'])
  if (!openssl) throw new Error('This benchmark makes certificates with openssl, which is not on PATH. Install it.')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const folder = mkdtempSync(path.join(tmpdir(), 'first-paint-'))
  try {
    const keyFile = path.join(folder, 'key.pem')
    writeFileSync(keyFile, key, { mode: 0o600 })
    const create = (host) => {
      const certFile = path.join(folder, `${host}.pem`)
      const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
      const args = ['req', '-x509', '-new', '-key', keyFile, '-days', '7', '-out', certFile, ...names]
      execFileSync(openssl, args, { stdio: ['ignore', 'ignore', 'pipe'] })
      return readFileSync(certFile)
    }
    const keyHash = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64')
    return { key, keyHash, certificates: Object.fromEntries(hosts.map((host) => [host, create(host)])) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
