/**
 * Reads a data layer: what is in it already, then each push, after the page and its container have had it. A container may
 * wrap the layer's `push` before us or after us; each calls the other.
 * @param onItems Gets the whole history once, then the items of each push; must not throw.
 * @returns Stops reading, and leaves `push` as it was unless somebody has wrapped it since.
 */
export function followLayer(layer: unknown[], onItems: (items: readonly unknown[]) => void): () => void {
  const isOwn = Object.hasOwn(layer, 'push')
  const before = layer.push
  let isStopped = false
  onItems([...layer])
  const push = (layer.push = (...items: unknown[]) => {
    const length = before.apply(layer, items)
    if (!isStopped) onItems(items)
    return length
  })
  return () => {
    isStopped = true
    if (layer.push !== push) return
    if (isOwn) layer.push = before
    else delete (layer as { push?: unknown }).push
  }
}
