import type { Boot } from '@unblink/protocol'

type PageBoot = Boot<Element, ChildNode>

/**
 * Resolves to what the snippet left in the page. A snippet that is a file of its own may still be on its way, so it waits
 * for the page's `load`. Rejects when there is no page, or no snippet in it by then.
 */
export async function whenSnippet(): Promise<PageBoot> {
  if (typeof window !== 'object')
    throw new Error(
      '[unblink] There is no page here. Set the provider in the browser only; on the server, use the defaults.',
    )
  // Without a snippet, an element with the id `unblink` goes by that name.
  const getBoot = () => (window.unblink?.slots ? window.unblink : undefined)
  if (!getBoot() && document.readyState !== 'complete')
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }))
  const boot = getBoot()
  if (boot) return boot
  throw new Error('[unblink] The page has no snippet. Put it first in the head, as renderSnippet() writes it.')
}
