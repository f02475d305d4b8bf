import type { Store } from './createStore.ts'

/**
 * Brings a visitor's profile to where `getProfile` finds it, when it is kept on other machines; with a database in this
 * process it is there already. False when it cannot be had just now; never rejects.
 */
export const fetchProfile = async ({ fetchProfile: fetch }: Store, visitor: string): Promise<boolean> =>
  fetch ? fetch(visitor) : true
