import { randomUUID } from 'node:crypto'
import type { Identity } from '../identity/createIdentity.ts'
import type { KnownLinks } from '../identity/createLinks.ts'
import type { Recorder } from './createRecorder.ts'
import type { Users } from './createUsers.ts'
import type { Views } from './createViews.ts'
import { getOpenSpan } from './foldedState.ts'

export interface ScaleIdentityOptions {
  readonly recorder: Recorder
  readonly views: Views
  readonly users: Users
  /** Whether a proof, by its digest, is known to have been used by another request. */
  readonly isSpent: (digest: string) => boolean
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Who visitors are, on a cluster. What a job decides is noted, and the writer brings it into the stream only when nothing of the visitor has
 * come between; else the job runs again, on what is known then.
 */
export function createScaleIdentity({ recorder, views, users, isSpent, now }: ScaleIdentityOptions): {
  readonly identity: Identity
  readonly links: KnownLinks
} {
  const getUser = (visitor: string) => {
    const state = views.get(visitor)
    return state && getOpenSpan(state)?.user
  }
  const note = (visitor: string, message: ReturnType<Recorder['get']>['links'][number]['message']) =>
    void recorder.get().links.push({ visitor, message })

  return {
    links: {
      getUser,
      getVisitors: (user) => users.getVisitors(user),
      fetchUser: (user) => users.load(user),
      useProof(digest) {
        if (isSpent(digest)) return false
        recorder.get().proofs.push(digest)
        return true
      },
    },
    identity: {
      identify({ visitor, user, at }) {
        const current = getUser(visitor)
        if (current === user) return { visitor, isChanged: false }
        // Somebody else was here before: what they have left is not this user's.
        const next = current === undefined ? visitor : randomUUID()
        if (current !== undefined) note(visitor, { type: 'unlink', at })
        note(next, { type: 'link', user, at })
        return { visitor: next, isChanged: true }
      },
      logOut(visitor, at) {
        if (getUser(visitor) === undefined) return false
        note(visitor, { type: 'unlink', at })
        return true
      },
      separate(visitor) {
        const last = views.get(visitor)?.spans?.at(-1)
        if (!last) return 'unknown'
        // Each visitor has kept what they have added, so it is never too late.
        note(visitor, { type: 'unmerge', begun: last.begun, at: now() })
        return 'separated'
      },
      // What a visitor has added to a user is in their own state, and goes with it.
      release: () => {},
    },
  }
}
