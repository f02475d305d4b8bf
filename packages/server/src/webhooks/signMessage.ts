import { createHmac } from 'node:crypto'

export interface Message {
  /** The same for every attempt at one message. */
  readonly id: string
  /** When this attempt is made, epoch milliseconds. */
  readonly at: number
  readonly body: string
  /** `whsec_` and base64; each signs. */
  readonly secrets: readonly string[]
}

/** The headers by which a receiver knows who sends, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function signMessage({ id, at, body, secrets }: Message): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
