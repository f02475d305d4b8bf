/** Read at once, because there is no current script once it has been evaluated. */
const script = document.currentScript as HTMLScriptElement | null

/**
 * What `loadMore` is in `unblink.js`, which is no module: the file beside it, under the script's own nonce. The address is
 * absolute, because a script of another origin has no base of its own (https://html.spec.whatwg.org/#muted-errors). Throws
 * where the script was not a file.
 */
export const loadMore = (): Promise<typeof import('./more.ts')> =>
  import(new URL('unblink-more.js', script?.src).href) as Promise<typeof import('./more.ts')>
