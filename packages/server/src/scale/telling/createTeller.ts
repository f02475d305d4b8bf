import type { AnyEvent } from '@unblink/protocol'
import { isVisitorId } from '../../http/visitorCookie.ts'
import { toUserKey } from '../../identity/toUserKey.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Site } from '../../site/site.ts'
import type { Due } from '../../webhooks/createStates.ts'
import type { Rules } from '../../webhooks/getRules.ts'
import type { Users } from '../createUsers.ts'
import type { Views } from '../createViews.ts'
import { EMPTY, getOpenSpan, hasSeen, type FoldedState, type SequencedMessage } from '../foldedState.ts'
import { mergeParts } from '../span.ts'
import { splitSteps, type Step } from './splitSteps.ts'
import type { Desk, Desks } from './createDesk.ts'
import type { Draft, Told } from './createTold.ts'
import { getDue, type ToldState } from './toldState.ts'

export interface TellerOptions {
  readonly told: Told
  readonly desks: Desks
  /** Both without a memory of their own: what they give is what is there now. */
  readonly views: Views
  readonly users: Users
  /** The sequence of a visitor's last message in the stream. */
  readonly getLastSeq: (visitor: string) => Promise<number>
  readonly getRules: () => Rules | undefined
  readonly getSite: () => Site
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Finds out what there is to tell, where visitors are folded and where time has come. All reject when NATS does not answer. */
export interface Teller {
  /** What these messages of one visitor, in order, change about them as they were before. Belongs before the profile is written, so that nothing is left out. */
  tell(before: FoldedState, messages: readonly SequencedMessage[], from: number): Promise<void>
  /** What has come due in a value. False when not everything is folded yet that comes before; then it is to be tried again. */
  fire(key: string): Promise<boolean>
  /** Forgets what is kept and still to be told of a visitor, and of the user that they are. */
  forget(visitor: string): Promise<void>
  forgetUser(user: string): Promise<void>
}

/** Whose value it is, and how the subject's profile looks when the visitor is in a state. */
interface Subject {
  readonly id: string
  readonly key: string
  readonly getProfile: (state: FoldedState) => Profile | undefined
  /** Whether there are others of whom another worker may know more. */
  readonly isShared: boolean
}

/** Two devices whose profiles are written at once do not see each other; by then, both are. */
const SHARED_LOOK_MS = 2_000
/** When one device of a user is erased. By then all are, when it is the user that goes. */
const ANEW_MS = 15_000
const MAX_DUE = 50

const clear = (draft: Draft) => {
  delete draft.look
  Object.assign(draft, { members: {}, waits: {}, outbox: [] })
}

export function createTeller({ told, desks, views, users, getLastSeq, getRules, getSite, now }: TellerOptions): Teller {
  const loadUser = async (user: string) => {
    if (!(await users.load(user))) throw new Error('who a user is cannot be read')
  }

  const getSpans = (state: FoldedState | undefined, user: string) =>
    (state?.spans ?? []).filter((span) => span.user === user)

  const mergeUser = (user: string, visitor?: string, state?: FoldedState): Profile | undefined => {
    const others = users.getVisitors(user).filter((one) => one !== visitor)
    const parts = [...others.flatMap((one) => getSpans(views.get(one), user)), ...getSpans(state, user)]
    const { profile } = mergeParts(parts, getSite())
    return profile && { ...profile, visitor: toUserKey(user) }
  }

  const toVisitor = (visitor: string): Subject => ({
    id: visitor,
    key: told.getKey(visitor),
    getProfile: ({ profile }) => profile,
    isShared: false,
  })
  const toUser = async (user: string, visitor: string): Promise<Subject> => {
    await loadUser(user)
    const id = toUserKey(user)
    const getProfile = (state: FoldedState) => mergeUser(user, visitor, state)
    return { id, key: told.getKey(id), getProfile, isShared: users.getVisitors(user).some((one) => one !== visitor) }
  }

  const isDone = ({ seqs }: ToldState, { seq, visitor }: SequencedMessage) => seq <= (seqs[visitor] ?? 0)
  const note = (draft: Draft, { seq, visitor }: SequencedMessage) => {
    const { [visitor]: _, ...others } = draft.seqs
    draft.seqs = { ...others, [visitor]: seq }
  }

  /** Who is in what no webhook asks for any more is not known from here on. */
  const prune = (draft: Draft) => {
    const all = Object.entries(draft.members)
    const asked = all.filter(([audience]) => getRules()?.audiences.has(audience))
    if (asked.length < all.length) draft.members = Object.fromEntries(asked)
  }

  /** One step of one subject, unless it was taken before. */
  const take = (
    { id, key, getProfile, isShared }: Subject,
    { before, last }: Step,
    at: number,
    job: (...given: Parameters<Parameters<Desks['run']>[1]>) => void,
    brought?: Desk['brought'],
  ) =>
    told.edit(key, id, (draft) => {
      if (isDone(draft, last)) return
      prune(draft)
      const desk = { draft, key, at, cause: last.seq, profile: getProfile(before), ...(brought ? { brought } : {}) }
      desks.run(desk, job)
      const doesLook = isShared && (getRules()?.audiences.size ?? 0) > 0
      if (doesLook) draft.look = Math.min(draft.look ?? Infinity, at + SHARED_LOOK_MS)
      note(draft, last)
    })

  const takeEvents = async (rules: Rules, step: Step) => {
    const { before, after, messages, last } = step
    const user = getOpenSpan(after)?.user
    const subject = user === undefined ? toVisitor(last.visitor) : await toUser(user, last.visitor)
    const events: AnyEvent[] = []
    for (const { message } of messages) {
      if (message.type !== 'event') continue
      const { event } = message.stored
      if (!hasSeen(before, event.i) && !events.some(({ i }) => i === event.i)) events.push(event)
    }
    if (events.length === 0) return
    const { message } = last
    const at = message.type === 'event' ? message.stored.receivedAt : 0
    await take(subject, step, at, (notices) => {
      for (const event of events) notices.onEvent(rules, event, () => subject.id)
      const profile = subject.getProfile(after)
      if (profile) notices.onProfile(rules, profile)
    })
  }

  const compare = (rules: Rules, subject: Subject, step: Step, at: number) =>
    told.edit(subject.key, subject.id, (draft) => {
      if (isDone(draft, step.last)) return
      prune(draft)
      const [before, profile] = [subject.getProfile(step.before), subject.getProfile(step.after)]
      // Nothing is left of them: they are in no audience any more, and nobody has left one.
      if (!profile) {
        draft.members = {}
        delete draft.look
      } else {
        const desk = { draft, key: subject.key, at, cause: step.last.seq, profile: before }
        desks.run(desk, (notices) => notices.onProfile(rules, profile))
      }
      note(draft, step.last)
    })

  const takeLink = async (rules: Rules, step: Step, user: string, at: number) => {
    const { after, last } = step
    if (getOpenSpan(step.before)?.user === user) return
    const [visitor, subject] = [toVisitor(last.visitor), await toUser(user, last.visitor)]
    const { waits } = (await told.read(visitor.key)).state
    const job: Parameters<typeof take>[3] = (notices) => {
      notices.onMerge(rules, visitor.id, subject.id)
      const profile = getOpenSpan(after)?.profile && subject.getProfile(after)
      if (profile) notices.onProfile(rules, profile)
    }
    await take(subject, step, at, job, waits)
    await told.edit(visitor.key, visitor.id, (draft) => {
      if (isDone(draft, last)) return
      Object.assign(draft, { members: {}, waits: {} })
      delete draft.look
      note(draft, last)
    })
  }

  const takeUnmerge = async (rules: Rules, step: Step, begun: number, at: number) => {
    const span = step.before.spans?.at(-1)
    if (span?.begun !== begun) return
    await compare(rules, await toUser(span.user, step.last.visitor), step, at)
    await compare(rules, toVisitor(step.last.visitor), step, at)
  }

  /** A site that has never told anybody keeps nothing of an erasure. */
  const isKept = async (key: string) => getRules() !== undefined || (await told.read(key)).revision > 0

  /** What is still true of a user without one of their devices is told anew, a moment later. */
  const takeErasure = async ({ before, last }: Step, at: number) => {
    for (const user of new Set((before.spans ?? []).map((span) => span.user))) {
      const id = toUserKey(user)
      if (!(await isKept(told.getKey(id)))) continue
      await told.edit(told.getKey(id), id, (draft) => {
        if (isDone(draft, last)) return false
        clear(draft)
        if (getRules()) draft.look = at + ANEW_MS
        note(draft, last)
        return true
      })
    }
    if (!(await isKept(told.getKey(last.visitor)))) return
    // Written also where nothing was: a worker that is behind, and has not seen this, must find it here.
    await told.edit(told.getKey(last.visitor), undefined, (draft) => {
      if (isDone(draft, last)) return false
      clear(draft)
      draft.seqs = { [last.visitor]: last.seq }
      return true
    })
  }

  const forgetSubject = (subject: string) => told.edit(told.getKey(subject), subject, clear)

  return {
    async tell(before, messages, from) {
      const rules = getRules()
      if (!rules && !messages.some(({ message }) => message.type === 'erase')) return
      for (const step of splitSteps(before, messages, getSite())) {
        const { message, seq } = step.last
        if (message.type === 'erase') await takeErasure(step, message.at)
        else if (!rules || seq <= from) continue
        else if (message.type === 'event') await takeEvents(rules, step)
        else if (message.type === 'link') await takeLink(rules, step, message.user, message.at)
        else if (message.type === 'unmerge') await takeUnmerge(rules, step, message.begun, message.at)
      }
    },
    async fire(key) {
      const { state: known } = await told.read(key)
      const { subject } = known
      const at = now()
      if (subject === undefined || (getDue(known) ?? Infinity) > at) return true
      const isVisitor: boolean = isVisitorId(subject)
      const user = isVisitor ? undefined : subject.slice(toUserKey('').length)
      if (user !== undefined) await loadUser(user)
      const visitors = user === undefined ? [subject] : users.getVisitors(user)
      for (const visitor of visitors) {
        if (!(await views.load(visitor))) throw new Error('a profile cannot be read')
        if (user !== undefined && getOpenSpan(views.get(visitor) ?? EMPTY)?.user !== user) continue
        if ((await getLastSeq(visitor)) > (views.get(visitor)?.seq ?? 0)) return false
      }
      const profile = user === undefined ? views.get(subject)?.profile : mergeUser(user)
      const rules = getRules()
      let isWhole = true
      await told.edit(key, subject, (draft) => {
        const isBehind = (visitor: string) => (views.get(visitor)?.seq ?? 0) < (draft.seqs[visitor] ?? 0)
        isWhole = !visitors.some(isBehind)
        if (!isWhole) return
        prune(draft)
        desks.run({ draft, key, at, cause: 'time', profile }, (notices) => {
          for (let count = 0; count < MAX_DUE; count++) {
            const due = findDue(draft, subject, at)
            if (!due) return
            if (rules) notices.onDue(rules, due)
            else drop(draft, due)
          }
        })
      })
      return isWhole
    },
    async forget(visitor) {
      if (!(await views.load(visitor))) throw new Error('a profile cannot be read')
      const user = getOpenSpan(views.get(visitor) ?? EMPTY)?.user
      for (const subject of [visitor, ...(user === undefined ? [] : [toUserKey(user)])]) await forgetSubject(subject)
    },
    forgetUser: (user) => forgetSubject(toUserKey(user)),
  }
}

/** What is due first in a value. */
function findDue({ look, waits }: ToldState, subject: string, at: number): Due | undefined {
  const dues: Due[] = Object.entries(waits).map(([webhook, { due }]) => ({ type: 'wait', subject, webhook, due }))
  if (look !== undefined) dues.push({ type: 'look', subject, due: look })
  return dues.filter(({ due }) => due <= at).sort((a, b) => a.due - b.due)[0]
}

/** What nobody is to be told of any more. */
function drop(draft: Draft, due: Due): void {
  if (due.type === 'look') delete draft.look
  else draft.waits = Object.fromEntries(Object.entries(draft.waits).filter(([webhook]) => webhook !== due.webhook))
}
