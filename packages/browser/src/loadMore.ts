/** Fetches what few views need: the decision engine, the crossfade of late slots, rotation. A bundler makes it a chunk of its own. */
export const loadMore = (): Promise<typeof import('./more.ts')> => import('./more.ts')

/** Fetches what watches a view beyond its first facts: pointer, scrolling and reading, frustration, web vitals. */
export const loadWatch = (): Promise<typeof import('./watch.ts')> => import('./watch.ts')

/** Fetches the commands that few pages push: who the visitor is, and the panel that tells them. */
export const loadRare = (): Promise<typeof import('./identity/runRare.ts')> => import('./identity/runRare.ts')
