import type { Json } from '@unblink/protocol'

/** A value as it stands in a sentence: short, and never a whole profile. */
export const quote = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
