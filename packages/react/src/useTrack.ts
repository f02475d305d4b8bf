import { track, type Track } from '@unblink/browser/store'

/** The same object in every render. */
export const useTrack = (): Track => track
