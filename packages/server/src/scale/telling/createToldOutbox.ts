import { getMessage, type Log } from '../../log.ts'
import type { Writer } from '../../store/createWriter.ts'
import type { OutboxRow, RowName, SentOutbox } from '../../webhooks/createOutbox.ts'
import type { Bucket } from '../createBucket.ts'
import type { Draft, Told } from './createTold.ts'
import type { ToldIndex } from './createToldIndex.ts'
import type { ToldMessage, ToldState } from './toldState.ts'

export interface ToldOutboxOptions {
  readonly told: Told
  readonly index: ToldIndex
  /** Where receivers are that are gone. */
  readonly control: Bucket
  readonly log: Log
}

/** The messages of the values at hand as a sender sees them, and the writer that brings into the values what became of them. */
export interface ToldOutbox {
  readonly outbox: SentOutbox
  readonly writer: Pick<Writer, 'write'>
  /** Reads which receivers are gone, for all of these. */
  readGone(webhooks: readonly string[]): Promise<void>
  bury(row: RowName, now: number, error: string): Promise<void>
  remove(row: RowName): Promise<void>
}

export const getGoneKey = (webhook: string): string => `gone-${Buffer.from(webhook).toString('base64url')}`

export const formatGone = (url: string, at: number): string => JSON.stringify({ v: 1, url, at })
export const parseGone = (text: string): { readonly url: string; readonly at: number } =>
  JSON.parse(text) as { url: string; at: number }

export function toRow(key: string, message: ToldMessage, position: number, { outbox }: ToldState): OutboxRow {
  const { id, webhook, at, body, attempts, next, error = null, isDead } = message
  const first = outbox.find((one) => one.webhook === webhook && !one.isDead)
  const state = isDead ? 'dead' : first === message ? 'ready' : 'behind'
  return { position, id, webhook, subject: key, at, body, state, attempts, next, error }
}

/** Takes a message out, or puts it in the place of what it was; the one behind it may go at once. */
export function replaceMessage(draft: Draft, id: string, edit: (message: ToldMessage) => ToldMessage | undefined) {
  draft.outbox = draft.outbox.flatMap((one) => (one.id === id ? (edit(one) ?? []) : one))
}

const AWAY_MS = 500

type Change = (draft: Draft) => void

export function createToldOutbox({ told, index, control, log }: ToldOutboxOptions): ToldOutbox {
  const gone = new Map<string, string>()
  let noted: { readonly edits: [key: string, change: Change][]; readonly gone: [string, string, number][] } | undefined

  const note = ({ subject, id }: RowName, edit: (message: ToldMessage) => ToldMessage | undefined) => {
    const change: Change = (draft) => replaceMessage(draft, id, edit)
    noted!.edits.push([subject, change])
  }

  const toBuried =
    (now: number, error: string) =>
    (message: ToldMessage): ToldMessage => ({
      ...message,
      ...{ attempts: message.attempts + 1, next: now, error, isDead: true },
    })

  const writeGone = async (webhook: string, url: string, at: number) => {
    const key = getGoneKey(webhook)
    const known = await control.getLatest(key)
    await control.replace(key, formatGone(url, at), known?.revision ?? 0)
    gone.set(webhook, url)
  }

  const readGone = async (webhook: string) => {
    const value = await control.getLatest(getGoneKey(webhook))
    if (value) gone.set(webhook, parseGone(value.text).url)
    else gone.delete(webhook)
  }

  /** The sender asks again at once. */
  const waitForNats = async (error: unknown) => {
    log({ level: 'warn', code: 'webhook_waits', message: `Webhooks wait for NATS: ${getMessage(error)}` })
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    return undefined
  }

  const edit = (key: string, change: Change) => told.edit(key, undefined, change)

  return {
    outbox: {
      getReady: (webhook, at, limit) =>
        index.getReady(webhook, at, limit).map(({ position, id, key }) => ({ position, id, webhook, subject: key })),
      async get(position) {
        const known = index.find(position)
        if (!known) return undefined
        // As it is now: whoever was erased or has withdrawn through another server is told of no more.
        const value = await told.read(known.key).catch(waitForNats)
        if (!value) return undefined
        const { state } = value
        index.put(known.key, state, value.revision)
        const message = state.outbox.find(({ id }) => id === known.id)
        return message && toRow(known.key, message, position, state)
      },
      deliver: (row) => note(row, () => undefined),
      postpone: (row, next, error) =>
        note(row, (message) => ({ ...message, next, error, attempts: message.attempts + 1 })),
      bury: (row, now, error) => note(row, toBuried(now, error)),
      async getGone(webhook) {
        // What a command has just let go on must not be given up once more.
        if (gone.has(webhook)) await readGone(webhook)
        return gone.get(webhook)
      },
      setGone: (webhook, url, at) => void noted!.gone.push([webhook, url, at]),
    },
    writer: {
      async write(job) {
        noted = { edits: [], gone: [] }
        const done = noted
        try {
          const value = job()
          noted = undefined
          for (const one of done.gone) await writeGone(...one)
          for (const one of done.edits) await edit(...one)
          return { type: 'written', value }
        } catch (error) {
          noted = undefined
          log({
            level: 'warn',
            code: 'webhook_unwritten',
            message: `What was sent is not noted yet: ${getMessage(error)}`,
          })
          return { type: 'failed' }
        }
      },
    },
    async readGone(webhooks) {
      for (const webhook of webhooks) await readGone(webhook)
    },
    bury: ({ subject, id }, now, error) => edit(subject, (draft) => replaceMessage(draft, id, toBuried(now, error))),
    remove: ({ subject, id }) => edit(subject, (draft) => replaceMessage(draft, id, () => undefined)),
  }
}
