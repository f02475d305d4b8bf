import { createHash } from 'node:crypto'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { LogMessage } from './logMessage.ts'

/** A visitor as it is kept: the profile, and how far in the stream it goes, in one value that is written whole or not at all. */
export interface FoldedState {
  /** Sequence, in the stream, of the last message that was looked at; 0 before the first. */
  readonly seq: number
  /** Short forms of the ids of the last events folded, joined; each is 8 characters. */
  readonly seen: string
  /** Undefined before the first event, and after an erasure. */
  readonly profile: Profile | undefined
}

export const EMPTY: FoldedState = { seq: 0, seen: '', profile: undefined }

const ID_LENGTH = 8
/**
 * Beyond the stream's own window for repeats (minutes), a repeat is known by these. A page sends its events in order, and
 * one batch at a time until it is acknowledged, so no more than its open tabs' batches come between an event and its repeat.
 */
const MAX_SEEN = 1_024

/** 48 bits: among a thousand ids of one visitor, two are alike once in five hundred million visitors. */
const shorten = (id: string) => createHash('sha1').update(id).digest('base64url').slice(0, ID_LENGTH)

function hasShort(seen: string, short: string): boolean {
  let at = seen.indexOf(short)
  while (at !== -1 && at % ID_LENGTH !== 0) at = seen.indexOf(short, at + 1)
  return at !== -1
}

/** Whether an event of this id has been folded, as far back as is remembered. */
export const hasSeen = ({ seen }: FoldedState, id: string): boolean => hasShort(seen, shorten(id))

export interface SequencedMessage {
  readonly seq: number
  readonly visitor: string
  readonly message: LogMessage
}

/**
 * The state after one more message of its visitor. Messages come in the order of the stream; one that has been looked at
 * changes nothing, so that who folds may begin again anywhere before. Pure: live, after a crash and in a replay, the same
 * messages give the same state, byte for byte.
 */
export function foldMessage(state: FoldedState, { seq, visitor, message }: SequencedMessage, site: Site): FoldedState {
  if (seq <= state.seq) return state
  if (message.type === 'erase') return { ...EMPTY, seq }
  if (message.type === 'unreadable') return { ...state, seq }
  const { event } = message.stored
  const short = shorten(event.i)
  if (hasShort(state.seen, short)) return { ...state, seq }
  return {
    seq,
    seen: (state.seen + short).slice(-MAX_SEEN * ID_LENGTH),
    profile: fold(state.profile ?? createProfile(visitor), event, site),
  }
}

export const formatState = ({ seq, seen, profile }: FoldedState): string =>
  JSON.stringify(profile ? { v: 1, seq, seen, profile } : { v: 1, seq })

/** Reads what `formatState` wrote; throws for a value of a newer version. */
export function parseState(text: string): FoldedState {
  const { v, seq, seen = '', profile } = JSON.parse(text) as Partial<FoldedState> & { v?: unknown }
  if (v !== 1 || seq === undefined) throw new Error('A profile was written by a newer version of the server.')
  return { seq, seen, profile }
}
