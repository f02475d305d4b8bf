import type { Json } from '@unblink/protocol'

/**
 * Turns a version into a string that sorts as the version does, the way GrowthBook documents it: without a leading `v`
 * and without build metadata, split at dots and dashes, numbers padded to five places, so `1.10.0` follows `1.9.0`.
 * Nothing at all (null, false, an empty text) is version 0; whatever else is no text counts as the text it converts to.
 */
export const comparableVersion = (version: Json): string => {
  const parts = `${(version as string) || 0}`.replace(/^v|\+.*$/g, '').split(/[-.]/)
  // A release sorts after its own pre-releases, and `~` sorts after every letter.
  if (parts.length === 3) parts.push('~')
  return parts.map((part) => part.replace(/^\d+$/, (digits) => digits.padStart(5))).join('-')
}
