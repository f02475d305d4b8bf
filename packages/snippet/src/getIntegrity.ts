import { createHash } from 'node:crypto'

/** What an `integrity` attribute says of a file with this content: `sha384-…` (https://w3c.github.io/webappsec-subresource-integrity/). */
export const getIntegrity = (content: string | Uint8Array): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`
