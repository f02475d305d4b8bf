/** Fetches what few views need: the crossfade of late slots, and rotation. A bundler makes it a chunk of its own. */
export const loadMore = (): Promise<typeof import('./more.ts')> => import('./more.ts')
