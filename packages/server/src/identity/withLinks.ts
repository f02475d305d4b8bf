import type { Store } from '../store/createStore.ts'
import type { Links } from './createLinks.ts'
import { toUserKey } from './toUserKey.ts'

/**
 * A store in which a visitor who is known has the user's profile: all their devices read and teach one. It comes under the id of
 * the visitor who asked, so nobody else's id leaves the server, and buckets stay as they were before the log-in.
 */
export const withLinks = (store: Store, links: Links): Store => ({
  ...store,
  getProfile(visitor) {
    const user = links.getUser(visitor)
    if (user === undefined) return store.getProfile(visitor)
    const profile = store.getProfile(toUserKey(user))
    return profile && { ...profile, visitor }
  },
  saveProfile(profile) {
    const user = links.getUser(profile.visitor)
    store.saveProfile(user === undefined ? profile : { ...profile, visitor: toUserKey(user) })
  },
})
