export { createTracker, type TrackedView, type Tracker, type TrackerOptions } from './createTracker.ts'
