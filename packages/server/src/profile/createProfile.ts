import type { Profile } from './profile.ts'

/** The profile of a visitor of whom nothing is known. */
export const createProfile = (visitor: string): Profile => ({
  v: 1,
  visitor,
  generation: 0,
  visits: { count: 0 },
  views: { count: 0, latest: [] },
  interests: {},
  conversions: {},
  holdings: [],
  custom: {},
})
