import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { toUserKey } from '../../identity/toUserKey.ts'
import { getMessage, type Log } from '../../log.ts'
import type { Registry } from '../../metrics/createRegistry.ts'
import type { Publication } from '../../site/publish.ts'
import type { Webhooks } from '../../webhooks/createWebhooks.ts'
import { getRules, type Rules } from '../../webhooks/getRules.ts'
import { createBucket, type Bucket } from '../createBucket.ts'
import { createUsers } from '../createUsers.ts'
import { createViews } from '../createViews.ts'
import type { KeptSubject } from '../exportKept.ts'
import type { Names } from '../getNames.ts'
import { getPartition } from '../getPartition.ts'
import { createDesks } from './createDesk.ts'
import { createTeller, type Teller } from './createTeller.ts'
import { createTelling, type Telling } from './createTelling.ts'
import { createTold } from './createTold.ts'
import { createToldIndex } from './createToldIndex.ts'
import { toToldRows } from './toToldRows.ts'

export interface OpenTellingOptions {
  readonly manager: JetStreamManager
  readonly client: JetStreamClient
  readonly names: Names
  readonly control: Bucket
  readonly partitions: number
  readonly salt: string
  readonly getPublication: () => Publication
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** The webhooks of a cluster, in one process. */
export interface OpenedTelling {
  readonly teller: Teller
  readonly webhooks: Pick<Webhooks, 'forget' | 'withdraw'>
  /** What is kept of somebody, as the rows that the embedded database has of it. */
  exportTold(subject: KeptSubject): Promise<readonly object[]>
  /**
   * Messages of the stream up to this one are never told of: a generation of profiles that begins beside another folds all of the past, of
   * which all was told. Rejects when NATS does not answer.
   */
  readFrom(): Promise<number>
  /** Begins to look at what is due and to send, for the partitions that it is given. */
  start(registry: Registry): Telling
}

/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NO_MESSAGE = 10_037
const MAX_TRIES = 5

export function openTelling({
  manager,
  client,
  names,
  control,
  partitions,
  salt,
  getPublication,
  log,
  now,
}: OpenTellingOptions): OpenedTelling {
  let known: Publication | undefined
  let rules: Rules | undefined
  const getCurrent = () => {
    const publication = getPublication()
    if (publication !== known) {
      known = publication
      rules = getRules(publication)
    }
    return rules
  }
  const getSite = () => getPublication().site
  const open = (name: string) => createBucket({ manager, client, name })
  const onFail = (error: unknown) => log({ level: 'warn', code: 'profile_away', message: getMessage(error) })
  const views = createViews({ profiles: open(names.profiles), getSite, onFail, freshMs: 0 })
  const users = createUsers({ bucket: open(names.users), manager, names, views, getSite, onFail, freshMs: 0 })
  const index = createToldIndex()
  const told = createTold({ bucket: open(names.told), partitions, salt, onWrite: index.put })
  const desks = createDesks({
    onDrop: (webhook, id) =>
      log({
        ...{ level: 'error', code: 'webhook_dead', webhook, id },
        message: 'A message was given up: more wait about one visitor than can be kept, or it says too much.',
      }),
  })

  const getLastSeq = async (visitor: string): Promise<number> => {
    try {
      const subject = names.getSubject(getPartition(visitor, partitions), visitor)
      return (await manager.streams.getMessage(names.events, { last_by_subj: subject }))?.seq ?? 0
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return 0
      throw error
    }
  }

  const teller = createTeller({ told, desks, views, users, getLastSeq, getRules: getCurrent, getSite, now })

  return {
    teller,
    webhooks: {
      // The erasure itself is in the stream, and the workers do it in its place there.
      forget: () => {},
      withdraw(visitor) {
        if (!getCurrent()) return
        teller.forget(visitor).catch((error: unknown) =>
          log({
            ...{ level: 'warn', code: 'withdraw_failed' },
            message: `What is still to be told of a visitor who has withdrawn could not be removed: ${getMessage(error)}`,
          }),
        )
      },
    },
    async exportTold({ visitors, user }) {
      const rows: object[] = []
      for (const subject of [...visitors, ...(user === undefined ? [] : [toUserKey(user)])])
        rows.push(...toToldRows(subject, (await told.read(told.getKey(subject))).state))
      return rows
    },
    async readFrom() {
      if (names.toldFrom === undefined) return 0
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const value = await control.getLatest(names.toldFrom)
        if (value) return Number(value.text)
        const { state } = await manager.streams.info(names.events)
        await control.replace(names.toldFrom, String(state.last_seq), 0)
      }
      throw new Error('Where a generation of profiles begins to tell could neither be read nor written.')
    },
    start: (registry) =>
      createTelling({
        ...{ manager, bucket: names.told, control, told, index, teller, getRules: getCurrent, getSite, registry },
        ...{ log, now },
      }),
  }
}
