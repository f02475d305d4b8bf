import { track, type Track } from '@unblink/browser/store'

/** The same object each time. It may be called anywhere, and does nothing on a server. */
export const useTrack = (): Track => track
