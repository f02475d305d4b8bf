import { createHash } from 'node:crypto'
import { mergeProfiles } from '../identity/mergeProfiles.ts'
import { getCredits, type Credit } from '../model/credit.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import type { Profile } from '../profile/profile.ts'
import type { Site } from '../site/site.ts'
import type { LogMessage } from './logMessage.ts'
import { foldMarks, mergeParts, NO_MARKS, type Span } from './span.ts'

/** What one message taught the site's bandits. */
export interface Lesson {
  readonly seq: number
  readonly credits: readonly Credit[]
}

/** A visitor as it is kept: the profile, and how far in the stream it goes, in one value that is written whole or not at all. */
export interface FoldedState {
  /** Sequence, in the stream, of the last message that was looked at; 0 before the first. */
  readonly seq: number
  /** Short forms of the ids of the last events folded, joined; each is 8 characters. */
  readonly seen: string
  /** Of the visitor alone. Undefined before the first event, after an erasure, and while they are known to be a user. */
  readonly profile: Profile | undefined
  /** Times in which they were known to be a user, in order; only the last can last still. Left out: there was none. */
  readonly spans?: readonly Span[]
  /** Left out: never. */
  readonly wasErased?: true
  /** The last lessons, of which whoever sums them up may have missed some. Left out: there was none. */
  readonly lessons?: readonly Lesson[]
}

export const EMPTY: FoldedState = { seq: 0, seen: '', profile: undefined }

const ID_LENGTH = 8
/**
 * Beyond the stream's own window for repeats (minutes), a repeat is known by these. A page sends its events in order, and
 * one batch at a time until it is acknowledged, so no more than its open tabs' batches come between an event and its repeat.
 */
const MAX_SEEN = 1_024
/** A visitor who is linked and unlinked for ever has one long time instead of many. */
const MAX_SPANS = 8
/** A trial lasts for hours, and what a crash leaves to be summed up again is of seconds. */
const MAX_LESSONS = 16

/** 48 bits: among a thousand ids of one visitor, two are alike once in five hundred million visitors. */
const shorten = (id: string) => createHash('sha1').update(id).digest('base64url').slice(0, ID_LENGTH)

function hasShort(seen: string, short: string): boolean {
  let at = seen.indexOf(short)
  while (at !== -1 && at % ID_LENGTH !== 0) at = seen.indexOf(short, at + 1)
  return at !== -1
}

/** `seen` with one more id; undefined when it is among them. Pure. */
export function addSeen(seen: string, id: string): string | undefined {
  const short = shorten(id)
  return hasShort(seen, short) ? undefined : (seen + short).slice(-MAX_SEEN * ID_LENGTH)
}

/** Whether an event of this id has been folded, as far back as is remembered. */
export const hasSeen = ({ seen }: FoldedState, id: string): boolean => hasShort(seen, shorten(id))

/** The time that lasts: whom the visitor is known to be. */
export function getOpenSpan({ spans }: FoldedState): Span | undefined {
  const last = spans?.at(-1)
  return last?.ended === undefined ? last : undefined
}

export interface SequencedMessage {
  readonly seq: number
  readonly visitor: string
  readonly message: LogMessage
}

const withSpans = ({ spans: _, ...state }: FoldedState, spans: readonly Span[]): FoldedState =>
  spans.length > 0 ? { ...state, spans } : state

/** Where there are too many, two of the same user become one; the last ones, which can be taken back, stay as they are. */
function limitSpans(spans: readonly Span[], site: Site): readonly Span[] {
  if (spans.length <= MAX_SPANS) return spans
  const index = spans.findIndex((span, at) => at + 2 < spans.length && spans[at + 1]!.user === span.user)
  if (index < 0) return spans
  const [one, other] = [spans[index]!, spans[index + 1]!]
  return [...spans.slice(0, index), { ...other, ...mergeParts([one, other], site) }, ...spans.slice(index + 2)]
}

const endSpan = (state: FoldedState, seq: number): FoldedState => {
  const open = getOpenSpan(state)
  return open ? { ...state, spans: [...state.spans!.slice(0, -1), { ...open, ended: seq }] } : state
}

function foldLink(state: FoldedState, user: string, seq: number, site: Site): FoldedState {
  if (getOpenSpan(state)?.user === user) return state
  const { spans = [], profile } = endSpan(state, seq)
  const span: Span = { user, begun: seq, profile, marks: NO_MARKS }
  return { ...state, profile: undefined, spans: limitSpans([...spans, span], site) }
}

/** The last time is taken back: what was learnt in it is the visitor's own, as if nobody had known. */
function foldUnmerge(state: FoldedState, begun: number, site: Site): FoldedState {
  const last = state.spans?.at(-1)
  // Two that take the same one back at once must not take back two.
  if (last?.begun !== begun) return state
  const { profile } = state
  const own = profile && last.profile ? mergeProfiles(profile, last.profile, site) : (profile ?? last.profile)
  const raised = own && { ...own, generation: own.generation + 1 }
  return withSpans({ ...state, profile: raised }, state.spans!.slice(0, -1))
}

function foldEvent(
  state: FoldedState,
  { seq, visitor }: SequencedMessage,
  { stored: { event } }: LogMessage & { type: 'event' },
  site: Site,
): FoldedState {
  const seen = addSeen(state.seen, event.i)
  if (seen === undefined) return state
  const open = getOpenSpan(state)
  const before = (open ? open.profile : state.profile) ?? createProfile(visitor)
  const profile = fold(before, event, site)
  const credits = getCredits(before, profile, site)
  const next: FoldedState = {
    ...state,
    seen,
    ...(credits.length > 0 ? { lessons: [...(state.lessons ?? []), { seq, credits }].slice(-MAX_LESSONS) } : {}),
  }
  if (!open) return { ...next, profile }
  const marks = foldMarks(open.marks, event, seq, site)
  return { ...next, spans: [...state.spans!.slice(0, -1), { ...open, profile, marks }] }
}

function foldNews(state: FoldedState, news: SequencedMessage, site: Site): FoldedState {
  const { seq, message } = news
  switch (message.type) {
    case 'event':
      return foldEvent(state, news, message, site)
    case 'erase':
      return { ...EMPTY, wasErased: true }
    case 'link':
      return foldLink(state, message.user, seq, site)
    case 'unlink':
      return endSpan(state, seq)
    case 'unmerge':
      return foldUnmerge(state, message.begun, site)
    case 'unreadable':
      return state
  }
}

/**
 * The state after one more message of its visitor. Messages come in the order of the stream; one that has been looked at
 * changes nothing, so that who folds may begin again anywhere before. Pure: live, after a crash and in a replay, the same
 * messages give the same state, byte for byte.
 */
export function foldMessage(state: FoldedState, news: SequencedMessage, site: Site): FoldedState {
  if (news.seq <= state.seq) return state
  return { ...foldNews(state, news, site), seq: news.seq }
}

/** What servers without users cannot read is marked so: they would forget it. */
const getVersion = ({ spans, lessons }: FoldedState) => (spans || lessons ? 2 : 1)

export function formatState(state: FoldedState): string {
  const { seq, seen, profile, spans, wasErased, lessons } = state
  return JSON.stringify({
    v: getVersion(state),
    seq,
    ...(seen ? { seen } : {}),
    ...(profile ? { profile } : {}),
    ...(spans ? { spans } : {}),
    ...(wasErased ? { erased: true } : {}),
    ...(lessons ? { lessons } : {}),
  })
}

/** Reads what `formatState` wrote; throws for a value of a newer version. */
export function parseState(text: string): FoldedState {
  const {
    v,
    seq,
    seen = '',
    profile,
    spans,
    erased,
    lessons,
  } = JSON.parse(text) as Partial<FoldedState> & {
    v?: unknown
    erased?: true
  }
  if ((v !== 1 && v !== 2) || seq === undefined)
    throw new Error('A profile was written by a newer version of the server.')
  return {
    ...{ seq, seen, profile },
    ...(spans ? { spans } : {}),
    ...(erased ? { wasErased: true as const } : {}),
    ...(lessons ? { lessons } : {}),
  }
}
