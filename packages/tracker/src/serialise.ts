/**
 * JSON of anything that a host may pass; a BigInt becomes its digits. Undefined when it cannot be read (a cycle, a getter
 * that throws) or is longer than `budget` characters, which also bounds the work: a DOM node can drag a framework's whole
 * tree behind it.
 */
export function serialise(value: unknown, budget: number): string | undefined {
  try {
    return JSON.stringify(value, (_name, member: unknown) => {
      budget -= 1 + ((member as string | null)?.length || 0)
      if (budget < 0) throw Error()
      return typeof member === 'bigint' ? String(member) : member
    })
  } catch {
    // Undefined says so.
  }
  return undefined
}
