import type { SlotSnapshot } from './toSnapshot.ts'

const warned = new Set<string>()

/**
 * The component that a snapshot asks for, out of those that the app has for the slot `name`; undefined where it asks for
 * none. Where the app has none of that name, the console says once a page load what to do.
 */
export function findComponent<C>(
  name: string,
  { content }: SlotSnapshot,
  all: Readonly<Record<string, C>>,
): C | undefined {
  const wanted = content?.component
  if (wanted === undefined || Object.hasOwn(all, wanted)) return all[wanted!]
  const message = `[unblink] Slot "${name}" shows its default: the app gave it no component "${wanted}". Add one to \`components\`, or correct the name in the site config. (A slot with \`html\` takes none.)`
  if (!warned.has(message)) console.warn(message)
  warned.add(message)
  return undefined
}
