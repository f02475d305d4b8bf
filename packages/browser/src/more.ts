// What few views need, as a file of its own that is fetched when one does: see `loadMore`.
export { decide } from '@unblink/decide'
export { crossfade } from './crossfade.ts'
export { rotate } from './rotate/rotate.ts'
