import type { JetStreamManager } from '@nats-io/jetstream'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { Names } from './getNames.ts'
import { readLoggedEvents } from './openEventLog.ts'

export interface ReplayOneInput {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly site: Site
  readonly visitor: string
  /** Only events that had arrived before this moment, epoch milliseconds by the collector's clock. @default all */
  readonly before?: number | undefined
}

/** What the stream teaches of one visitor, as `replayVisitor` does for the embedded database. Undefined when it has nothing of them. */
export async function replayOne({
  site,
  visitor,
  before = Infinity,
  ...stream
}: ReplayOneInput): Promise<Profile | undefined> {
  let profile: Profile | undefined
  for await (const { event, receivedAt } of readLoggedEvents(stream, { visitor }))
    if (receivedAt < before) profile = fold(profile ?? createProfile(visitor), event, site)
  return profile
}
