import type { Json } from '@unblink/protocol'

/**
 * Turns a version into a string that sorts as the version does, the way GrowthBook documents it: without a leading `v`
 * and without build metadata, split at dots and dashes, numbers padded to five places, so `1.10.0` follows `1.9.0`.
 * What is neither text nor a number counts as version 0.
 */
export const comparableVersion = (version: Json): string => {
  const text = typeof version === 'string' || typeof version === 'number' ? `${version}` : ''
  const parts = (text || '0').replace(/^v|\+.*$/g, '').split(/[-.]/)
  // A release sorts after its own pre-releases, and `~` sorts after every letter.
  if (parts.length === 3) parts.push('~')
  return parts.map((part) => part.replace(/^\d+$/, (digits) => digits.padStart(5))).join('-')
}
