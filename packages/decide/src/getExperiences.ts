import type { Experience, Manifest } from '@unblink/protocol'

// Once per manifest and slot: a manifest is immutable, and sorting it anew would cost more than deciding.
const cache = /* @__PURE__ */ new WeakMap<Manifest, Map<string, readonly Experience[]>>()

/** The experiences of a slot, the highest priority first and ties in the order of the manifest. */
export const getExperiences = (manifest: Manifest, slot: string): readonly Experience[] => {
  const bySlot = cache.get(manifest) ?? new Map<string, readonly Experience[]>()
  const experiences =
    bySlot.get(slot) ??
    manifest.experiences
      .filter((experience) => experience.slot === slot)
      .sort(({ priority: a = 0 }, { priority: b = 0 }) => b - a)
  if (experiences[0]) cache.set(manifest, bySlot.set(slot, experiences))
  return experiences
}
