export interface EarlyHintsInput {
  /** The base that the snippet is given: a path of the site like `/u`, or an address. */
  readonly base: string
  /** The site's browser key. */
  readonly key: string
  /** Path or address of the page; its query and fragment are left out, for personal data travels there. @default not told */
  readonly url?: string
  /** Names of the slots wanted. @default every slot of the site */
  readonly slots?: readonly string[]
}

export interface EarlyHints {
  /** The Link header of a 103 response: `response.writeEarlyHints({ link })` in Node. */
  readonly link: string
  /** The address that is preloaded, for the snippet's `ask`: both must be the same to the letter. */
  readonly ask: string
}

const BASE = /^(https?:\/\/[^\s/<>"',;?#]+)?(\/[^\s/<>"',;?#]+)*$/

/**
 * Lets the browser ask for the visitor's decisions while the page itself is still being made. Throws when the base is none
 * or the key is missing.
 */
export function getEarlyHints({ base, key, url, slots }: EarlyHintsInput): EarlyHints {
  if (!BASE.test(base)) {
    throw new Error(
      `base ${JSON.stringify(base)}: expected what the snippet has, like "/u", without a slash at the end`,
    )
  }
  if (!key) throw new Error('key: expected the site’s browser key')
  const query = [
    `key=${encodeURIComponent(key)}`,
    ...(url === undefined ? [] : [`url=${encodeURIComponent(url.replace(/[?#].*/s, ''))}`]),
    ...(slots === undefined ? [] : [`slots=${slots.map(encodeURIComponent).join(',')}`]),
  ]
  const ask = `${base}/v1/p?${query.join('&')}`
  // The mode must be that of the snippet's request, an XMLHttpRequest with credentials: Firefox asks again for any other.
  return { ask, link: `<${ask}>; rel=preload; as=fetch; crossorigin=use-credentials` }
}
