// What the runtime consists of once it is needed: see `getParts`.
export { getPlace, placeBaselines } from './place.ts'
export { run } from './run.ts'
