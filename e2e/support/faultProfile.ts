import type { Decision } from '@unblink/protocol'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Handler } from './faultPage.ts'

/** Takes the request and says nothing, ever. */
export const hang: Handler = () => {}

/** Answers truly, but late. */
export const later =
  (ms: number): Handler =>
  async ({ answer }) => {
    await sleep(ms)
    answer()
  }

/** An error of the server's, or of something before it. */
export const refuse =
  (status: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  ({ response }) =>
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(`<h1>${status}</h1>`)

/** A sound reply with these decisions; made when the cases are, it must outlive the whole run. */
export const toReply = (decisions: readonly unknown[], more: object = {}) =>
  JSON.stringify({
    v: 1,
    manifest: 'm',
    generation: 0,
    audiences: [],
    attributes: {},
    decisions,
    expiresAt: Date.now() + 3_600_000,
    ...more,
  })

export const HERO_DECISION: Decision = {
  slot: 'hero',
  experience: 'welcome',
  variant: 'green',
  reason: 'targeting_match',
  content: { template: 'hero-variant' },
}

export const send =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200): Handler =>
  ({ response }) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

/** Headers of a page that may run no script. */
export const SANDBOXED = { 'content-security-policy': 'sandbox allow-same-origin' }
