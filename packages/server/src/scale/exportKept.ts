import type { JetStreamManager } from '@nats-io/jetstream'
import { isVisitorId } from '../http/visitorCookie.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import type { ExportInput } from '../privacy/exportSubject.ts'
import type { Profile } from '../profile/profile.ts'
import type { Users } from './createUsers.ts'
import type { Views } from './createViews.ts'
import type { Span } from './span.ts'
import { getPartition } from './getPartition.ts'
import type { Names } from './getNames.ts'
import { parseLogMessage } from './logMessage.ts'
import { readMessages } from './readMessages.ts'

export type KeptSubject = Pick<ExportInput, 'visitors' | 'user'>

export interface ExportKeptInput {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly partitions: number
  readonly views: Views
  readonly users: Users
}

const toRow = (table: string, row: object) => ({ table, row })
const toProfileRow = (visitor: string, profile: Profile | undefined) =>
  profile ? [toRow('profiles', { visitor, generation: profile.generation, state: profile })] : []

const toSpanRows = (visitor: string, { user, begun, ended, profile }: Span) => [
  ...(ended === undefined ? [toRow('links', { visitor, user })] : []),
  toRow('merges', { visitor, user, begun, ended: ended ?? null, added: profile ?? null }),
]

/** All events of a visitor in the stream, as the rows that the embedded database has of them. */
async function exportEvents({ manager, names, partitions }: ExportKeptInput, visitor: string): Promise<object[]> {
  const rows: object[] = []
  const subject = names.getSubject(getPartition(visitor, partitions), visitor)
  for await (const message of readMessages({ manager, stream: names.events, subject })) {
    const kept = parseLogMessage(message.string())
    if (kept.type !== 'event') continue
    const { event, receivedAt, isBot } = kept.stored
    const { i, pv, n, t, at, mt, lo, p } = event
    rows.push(
      toRow('events', {
        ...{ position: message.seq, id: i, visitor, view: pv, seq: n, type: t, at, mt, received: receivedAt },
        ...{ location: lo, payload: p, bot: isBot ? 1 : 0 },
      }),
    )
  }
  return rows
}

/**
 * Everything that the cluster keeps of somebody, in the form that `exportSubject` gives. Rejects when NATS does not answer: half of it
 * would seem to be all.
 */
export async function exportKept(input: ExportKeptInput, { visitors, user }: KeptSubject): Promise<readonly object[]> {
  const { views, users } = input
  const rows: object[] = []
  for (const visitor of visitors) {
    if (!isVisitorId(visitor)) continue
    await views.isFolded(visitor, 0)
    const { profile, spans = [] } = views.get(visitor) ?? {}
    rows.push(...(await exportEvents(input, visitor)), ...toProfileRow(visitor, profile))
    rows.push(
      ...spans.filter((span) => user === undefined || span.user === user).flatMap((one) => toSpanRows(visitor, one)),
    )
  }
  if (user !== undefined) rows.push(...toProfileRow(toUserKey(user), users.getProfile(user, toUserKey(user))))
  return rows
}
