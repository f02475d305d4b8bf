import { createHash } from 'node:crypto'
import type { Profile } from '../../profile/profile.ts'
import { createNotices, type Notices } from '../../webhooks/createNotices.ts'
import type { NoticedStates } from '../../webhooks/createStates.ts'
import type { DueWait } from './toldState.ts'
import type { Draft } from './createTold.ts'

/** One happening that is worked out: what is known before it, and the value that it changes. */
export interface Desk {
  readonly draft: Draft
  readonly key: string
  /** As it was before. */
  readonly profile: Profile | undefined
  /** Epoch milliseconds. */
  readonly at: number
  /** What has brought it: a message, by its sequence; or nothing but time. */
  readonly cause: number | 'time'
  /** Times that ran for somebody who turns out to be this subject. */
  readonly brought?: Readonly<Record<string, DueWait>>
}

export interface DeskOptions {
  /** Told of messages that were left out, since a value cannot hold more. */
  readonly onDrop: (webhook: string, id: string) => void
}

/** `createNotices`, for values of a cluster: what it is told to keep goes into the draft of the value at hand. */
export interface Desks {
  /** Runs a job, which is synchronous. */
  run(desk: Desk, job: (notices: Notices) => void): void
}

/** Of all messages in one value, and of one: with room to spare, what NATS takes at once (1 MB). */
const MAX_BYTES = 600_000
const MAX_BODY_BYTES = 400_000
/** A sign of a text takes no more than this in a value. */
const MAX_SIGN_BYTES = 6

const getBytes = (body: string) => Buffer.byteLength(JSON.stringify(body))

const without = <T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> => {
  const { [name]: _, ...rest } = record
  return rest
}

/** The same for whoever works the same thing out, on any server, so that even two at once tell it under one id. */
const toId = (parts: readonly (string | number)[]) =>
  `msg_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`

export function createDesks({ onDrop }: DeskOptions): Desks {
  let current: Desk | undefined
  const get = (): Desk => {
    if (!current) throw new Error('Nothing is being worked out.')
    return current
  }

  const states: NoticedStates = {
    getAudiences: () => new Set(Object.keys(get().draft.members)),
    add(_subject, audience, at) {
      const { draft } = get()
      draft.members = { ...draft.members, [audience]: at }
    },
    remove(_subject, audience) {
      const { draft } = get()
      draft.members = without(draft.members, audience)
    },
    getLook: () => get().draft.look,
    setLook(_subject, due) {
      const { draft } = get()
      if (due === undefined) delete draft.look
      else draft.look = due
    },
    getWait: (_subject, webhook) => get().draft.waits[webhook],
    getWaits: () => Object.entries(get().brought ?? {}).map(([webhook, wait]) => ({ ...wait, webhook })),
    setWait(_subject, webhook, { since, quiet }, due) {
      const { draft } = get()
      draft.waits = { ...draft.waits, [webhook]: { since, quiet, due } }
    },
    deleteWait(_subject, webhook) {
      const { draft } = get()
      draft.waits = without(draft.waits, webhook)
    },
    // Of the visitor who has brought them; that is another value.
    deleteWaits: () => {},
  }

  /** Where there is no more room, what was given up goes first, then what is the oldest. */
  const trim = (draft: Draft) => {
    const chars = draft.outbox.reduce((sum, { body }) => sum + body.length, 0)
    if (chars * MAX_SIGN_BYTES < MAX_BYTES) return
    let bytes = draft.outbox.reduce((sum, { body }) => sum + getBytes(body), 0)
    while (bytes > MAX_BYTES) {
      const dropped = draft.outbox.find(({ isDead }) => isDead) ?? draft.outbox[0]!
      draft.outbox = draft.outbox.filter((one) => one !== dropped)
      bytes -= getBytes(dropped.body)
      if (!dropped.isDead) onDrop(dropped.webhook, dropped.id)
    }
  }

  const notices = createNotices({
    states,
    outbox: {
      add({ webhook, at, body, now }) {
        const { draft, key, cause, at: happened } = get()
        const id = toId([key, webhook, at, at === happened ? cause : 'time'])
        if (getBytes(body) > MAX_BODY_BYTES) return onDrop(webhook, id)
        draft.outbox = [...draft.outbox, { id, webhook, at, body, attempts: 0, next: now }]
        trim(draft)
      },
    },
    getProfile: () => get().profile,
    onTold: () => {},
    now: () => get().at,
  })

  return {
    run(desk, job) {
      current = desk
      try {
        job(notices)
      } finally {
        current = undefined
      }
    },
  }
}
