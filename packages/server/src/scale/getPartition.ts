/** FNV-1a, 32 bits: any even spread does, but it is part of what is stored, so it never changes. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}

/** Which of the partitions, from 0 up, holds what is known of a visitor; of events without one, those of a view. Pure. */
export const getPartition = (id: string, partitions: number): number => hash(id) % partitions
