import { isObject, ok, parseBatch, parseProfileReply, parseProfileRequest } from '@unblink/protocol'
import type { Decision, ProfileReply, ProfileRequest, Result } from '@unblink/protocol'
import type { Behaviour, SlotAnswer, SlotAnswers, Trouble } from './behaviour.ts'
import { createReceived, type Received } from './createReceived.ts'

/** One request of a page, whatever brought it. */
export interface AskedRequest {
  readonly method: string
  readonly url: string
  readonly body: string
  /** The `origin` header of a request from another origin. */
  readonly origin?: string | undefined
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Profile API and collector without a server: what the handlers and the fixture answer with. */
export interface StandIn {
  readonly received: Received
  /** Changes the behaviour from the next request on; what is not named stays. Throws on what cannot be. */
  set(next: Behaviour): void
  /** Back to the behaviour that it was made with. What was received stays. */
  reset(): void
  /** Answers, after the delay. `network`: fail the request. Never settles where it is to hang. */
  answer(request: AskedRequest): Promise<Answered | 'network'>
}

const VISITOR = '00000000-0000-4000-8000-000000000001'
/** The last moment that a Date can name. */
const END_OF_TIME = 8.64e15

/** A decision that the page's own parser would leave out is a mistake of the test. */
function toDecision(slot: string, answer: SlotAnswer = {}): Decision {
  const decision = { reason: answer.content ? ('targeting_match' as const) : ('default' as const), ...answer, slot }
  const parsed = parseProfileReply({ v: 1, decisions: [JSON.parse(JSON.stringify(decision))] })
  if (isObject(answer) && parsed.ok && parsed.value.decisions?.length === 1) return decision
  throw new Error(
    `[unblink] decisions[${JSON.stringify(slot)}] is no decision. Give an object such as { variant: 'a', content: { text: 'Hello' } }.`,
  )
}

function checkTrouble({ delayMs = 0, fail }: Trouble, name: string): void {
  if (!(delayMs >= 0)) throw new Error(`[unblink] ${name}delayMs is ${delayMs}. Give milliseconds from 0 on.`)
  const isStatus = typeof fail === 'number' && Number.isInteger(fail) && fail >= 400 && fail <= 599
  if (fail === undefined || isStatus || fail === 'network' || fail === 'hang') return
  throw new Error(`[unblink] ${name}fail is ${String(fail)}. Give a status from 400 to 599, 'network' or 'hang'.`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // No JSON is no request: the parsers say so.
  }
}

/** What a GET asks for, as the profile API reads it; all slots unless some are named. */
function readQuery(url: string, all: readonly string[]): unknown {
  const query = new URL(url, 'http://page.invalid').searchParams
  const slots = query.get('slots')?.split(',') ?? all
  return {
    v: 1,
    key: query.get('key'),
    url: query.get('url'),
    slots: Object.fromEntries(slots.map((slot) => [slot, {}])),
    consent: { personalization: 'granted', analytics: 'granted' },
  }
}

export function createStandIn(initial: Behaviour = {}): StandIn {
  const received = createReceived()
  let behaviour: Behaviour = {}

  const getReply = (request: ProfileRequest, answers: SlotAnswers): ProfileReply => ({
    v: 1,
    manifest: 'test',
    ...(request.consent.personalization === 'granted' ? { visitor: behaviour.visitor ?? VISITOR } : {}),
    generation: 1,
    audiences: behaviour.audiences ?? [],
    attributes: behaviour.attributes ?? {},
    decisions: Object.keys(request.slots).map((slot) =>
      toDecision(slot, Object.hasOwn(answers, slot) ? answers[slot] : undefined),
    ),
    expiresAt: behaviour.expiresAt ?? END_OF_TIME,
  })

  const set = (next: Behaviour) => {
    const merged = { ...behaviour, ...next }
    checkTrouble(merged, '')
    checkTrouble(merged.collector ?? {}, 'collector.')
    const { decisions } = merged
    if (decisions && typeof decisions !== 'function')
      Object.entries(decisions).forEach(([slot, answer]) => toDecision(slot, answer))
    behaviour = merged
  }
  set(initial)

  const toAnswer = (status: number, body: unknown, origin: string | undefined): Answered => ({
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
      ...(origin === undefined
        ? {}
        : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }),
    },
    body: JSON.stringify(body),
  })

  /** Waits and fails as told; undefined where the request is to be answered. */
  const suffer = async ({ delayMs, fail }: Trouble, origin: string | undefined) => {
    // Read from the global object each time: that is where fake timers are.
    if (delayMs) await new Promise((resolve) => globalThis.setTimeout(resolve, delayMs))
    if (fail === 'hang') return new Promise<never>(() => {})
    if (fail === undefined || fail === 'network') return fail
    return toAnswer(fail, { v: 1, error: { code: 'test', message: 'The test asked for this.' } }, origin)
  }

  const readProfileRequest = ({ method, url, body }: AskedRequest) => {
    const { decisions } = behaviour
    const named = typeof decisions === 'object' ? Object.keys(decisions) : []
    const parsed = parseProfileRequest(method === 'GET' ? readQuery(url, named) : readJson(body))
    // Also one that is going to fail: it was sent.
    if (parsed.ok) received.addProfileRequest(parsed.value)
    return parsed
  }

  const answerProfile = (request: ProfileRequest): Result<unknown> => {
    const { decisions = {} } = behaviour
    return ok(getReply(request, typeof decisions === 'function' ? decisions(request) : decisions))
  }

  const answerBatch = ({ body }: AskedRequest): Result<unknown> => {
    const parsed = parseBatch(readJson(body))
    return parsed.ok ? ok(received.addBatch(parsed.value)) : parsed
  }

  return {
    received,
    set,
    reset() {
      behaviour = {}
      set(initial)
    },
    async answer(request) {
      const isCollector = /\/v1\/e$/.test(new URL(request.url, 'http://page.invalid').pathname)
      const asked = isCollector ? undefined : readProfileRequest(request)
      const failed = await suffer(isCollector ? (behaviour.collector ?? {}) : behaviour, request.origin)
      if (failed) return failed
      const result = asked ? (asked.ok ? answerProfile(asked.value) : asked) : answerBatch(request)
      if (result.ok) return toAnswer(200, result.value, request.origin)
      received.addRefusal(result.error)
      return toAnswer(400, { v: 1, error: { code: 'schema', message: result.error } }, request.origin)
    },
  }
}
