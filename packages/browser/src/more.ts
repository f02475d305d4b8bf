// What few views need, as a file of its own that is fetched when one does: see `loadMore`.
export { getPlace } from './content/getPlace.ts'
export { crossfade } from './crossfade.ts'
export { createDevice } from './device/createDevice.ts'
export { rotate } from './rotate/rotate.ts'
