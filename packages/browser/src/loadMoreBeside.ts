/**
 * What `loadMore` is in `unblink.js`, which is no module: the file beside it, under the script's own nonce. The address is
 * absolute, because a script of another origin has no base of its own (https://html.spec.whatwg.org/#muted-errors). Throws
 * where the script was not a file.
 */
export const loadMore = (): Promise<typeof import('./more.ts')> =>
  import(new URL('unblink-more.js', window.unblink?.runtime).href) as Promise<typeof import('./more.ts')>

/** What `loadWatch` is in `unblink.js`. */
export const loadWatch = (): Promise<typeof import('./watch.ts')> =>
  import(new URL('unblink-watch.js', window.unblink?.runtime).href) as Promise<typeof import('./watch.ts')>
