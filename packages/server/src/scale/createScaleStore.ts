import type { Store } from '../store/createStore.ts'
import { createArrivals } from './createArrivals.ts'
import type { Recorder } from './createRecorder.ts'
import type { Users } from './createUsers.ts'
import type { Views } from './createViews.ts'
import { getOpenSpan } from './foldedState.ts'

export interface ScaleStoreOptions {
  /** This server's own database: what is not of the cluster is kept there. */
  readonly local: Store
  readonly recorder: Recorder
  readonly views: Views
  readonly users: Users
}

/**
 * The store of a server of a cluster. What it is told to write is noted, and the writer brings it into the stream when the
 * job has ended; what it is asked for is what was fetched before.
 */
export function createScaleStore({ local, recorder, views, users }: ScaleStoreOptions): Store {
  const arrivals = createArrivals()
  const getUser = (visitor: string) => {
    const state = views.get(visitor)
    return state && getOpenSpan(state)?.user
  }
  return {
    ...local,
    async fetchProfile(visitor) {
      if (!(await views.load(visitor))) return false
      const user = getUser(visitor)
      return user === undefined || users.load(user)
    },
    insertEvent(stored, visitor) {
      const { events } = recorder.get()
      const { i } = stored.event
      if (visitor !== undefined && views.has(visitor, i)) return false
      if (events.some((one) => one.stored.event.i === i)) return false
      events.push({ stored, visitor })
      return true
    },
    isSameEvent(event) {
      // What is in the stream is not read again to compare it; only within one batch is a conflict seen.
      const first = recorder.get().events.find((one) => one.stored.event.i === event.i)?.stored.event
      if (!first) return true
      const say = ({ pv, n, t, p }: typeof event) => JSON.stringify([pv, n, t, p])
      return say(first) === say(event)
    },
    getProfile(visitor) {
      const user = getUser(visitor)
      return user === undefined ? views.get(visitor)?.profile : users.getProfile(user, visitor)
    },
    // The workers alone write profiles, from the same events.
    saveProfile: () => recorder.get(),
    getEvents: () => [],
    countArrivals: arrivals.count,
    getArrivals: arrivals.get,
    eraseVisitor(visitor) {
      recorder.get().erased.push(visitor)
    },
    mark() {
      recorder.get().isMarked = true
    },
  }
}
