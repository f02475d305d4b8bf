import type { Boot } from '@unblink/protocol'

/** Each once a page load, however many views it has. */
const warned = new Set<string>()

/**
 * Tells the console of slots that are in the page and not in the snippet's configuration: they are never hidden, because by
 * now they have been seen, and so never personalised.
 */
export function warnOfUndeclared({ slots }: Pick<Boot, 'slots'>): void {
  for (const element of document.querySelectorAll('[data-unblink], unblink-slot')) {
    const name = element.getAttribute('data-unblink') ?? element.getAttribute('name') ?? ''
    if (warned.has(name) || Object.hasOwn(slots, name)) continue
    warned.add(name)
    const remedy = `Add "${name}" to \`slots\` in the site config, and put the new snippet into the page.`
    console.warn(
      `[unblink] The slot "${name}" is in the page but not declared, so its default stays. ${remedy}`,
      element,
    )
  }
}
