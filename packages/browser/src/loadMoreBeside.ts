/**
 * A file beside `unblink.js`, under the script's own nonce. The address is absolute, because a script of another origin has no
 * base of its own (https://html.spec.whatwg.org/#muted-errors). Rejects where the script was not a file.
 */
const load = async <Module>(name: string): Promise<Module> =>
  import(new URL(`unblink-${name}.js`, window.unblink?.runtime).href) as Promise<Module>

/** What `loadMore` is in `unblink.js`, which is no module. */
export const loadMore = (): Promise<typeof import('./more.ts')> => load('more')

/** What `loadWatch` is there. */
export const loadWatch = (): Promise<typeof import('./watch.ts')> => load('watch')

/** What `loadRare` is there. */
export const loadRare = (): Promise<typeof import('./identity/runRare.ts')> => load('identity')
