import type { KnownLinks } from './createLinks.ts'

/**
 * Brings what is known of a user to where `getVisitors` finds it, when it is kept on other machines; with a database in this process it
 * is there already. False when it cannot be had just now; never rejects.
 */
export const fetchUser = async ({ fetchUser: fetch }: KnownLinks, user: string): Promise<boolean> =>
  fetch ? fetch(user) : true
