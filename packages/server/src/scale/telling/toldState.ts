import type { Wait } from '../../webhooks/stepWait.ts'

/** A message that is to be sent, or was given up. */
export interface ToldMessage {
  /** `webhook-id`: the same whoever works it out, from what has caused it. */
  readonly id: string
  readonly webhook: string
  /** When what it tells happened, epoch milliseconds. */
  readonly at: number
  readonly body: string
  readonly attempts: number
  /** When it may be sent; of one that was given up, when that was. */
  readonly next: number
  /** What became of the last attempt; left out before the first. */
  readonly error?: string
  readonly isDead?: true
}

export type DueWait = Wait & { readonly due: number }

/**
 * What webhooks keep of a visitor or a user, in one value that is written whole, with compare-and-set: so whoever is found to be in
 * an audience, and the message that says so, are there together or not at all.
 */
export interface ToldState {
  /** By visitor: the last message of the stream that was looked at and changed something. */
  readonly seqs: Readonly<Record<string, number>>
  /** The id of a visitor or the key of a user. Left out while nothing but `seqs` is kept, so that this names nobody. */
  readonly subject?: string
  /** Audiences that they are in, and since when. */
  readonly members: Readonly<Record<string, number>>
  /** When to look whether time has changed that. */
  readonly look?: number
  /** Times that run, by webhook. */
  readonly waits: Readonly<Record<string, DueWait>>
  /** In the order in which they came to be. */
  readonly outbox: readonly ToldMessage[]
}

export const NOTHING_TOLD: ToldState = { seqs: {}, members: {}, waits: {}, outbox: [] }

/** Visitors of one user who are known by the message that was looked at last; beyond a crash, nobody asks. */
const MAX_SEQS = 100

/** Whether anything is kept of somebody. */
export const isTold = ({ members, look, waits, outbox }: ToldState): boolean =>
  look !== undefined || outbox.length > 0 || Object.keys(members).length > 0 || Object.keys(waits).length > 0

/** When time will change something; undefined for never. */
export function getDue({ look, waits }: ToldState): number | undefined {
  const dues = [...(look === undefined ? [] : [look]), ...Object.values(waits).map(({ due }) => due)]
  return dues.length === 0 ? undefined : Math.min(...dues)
}

export function formatTold(state: ToldState): string {
  const { subject, members, look, waits, outbox } = state
  const seqs = Object.fromEntries(Object.entries(state.seqs).slice(-MAX_SEQS))
  return JSON.stringify({
    v: 1,
    seqs,
    ...(isTold(state) ? { subject } : {}),
    ...(Object.keys(members).length > 0 ? { members } : {}),
    ...(look === undefined ? {} : { look }),
    ...(Object.keys(waits).length > 0 ? { waits } : {}),
    ...(outbox.length > 0 ? { outbox } : {}),
  })
}

/** Reads what `formatTold` wrote; throws for a value of a newer version. */
export function parseTold(text: string | undefined): ToldState {
  if (text === undefined) return NOTHING_TOLD
  const { v, ...state } = JSON.parse(text) as Partial<ToldState> & { v?: unknown }
  if (v !== 1) throw new Error('What webhooks keep was written by a newer version of the server.')
  const told: ToldState = { ...NOTHING_TOLD, ...state }
  const waits = Object.entries(told.waits).map(([name, wait]) => [name, { ...wait, since: wait.since }])
  return { ...told, waits: Object.fromEntries(waits) as Record<string, DueWait> }
}
