// A file of its own, fetched when somebody pushes one of its commands: `unblink-identity.js`.
import type { Boot, ProfileReply } from '@unblink/protocol'
import type { Tracker } from '@unblink/tracker'
import { read, write } from '../memory.ts'

/** What these commands need of the runtime. */
export interface RareTargets {
  readonly tracker: Pick<Tracker, 'flush' | 'onReply'>
  /** Forgets what this browser remembers of the visitor. */
  readonly forget: () => void
}

type PageBoot = Boot<Element, ChildNode>

/** Posts what a profile request says, and more, as the visitor. Undefined when there was no answer, or no consent in it. */
async function post(boot: PageBoot, path: string, more?: object): Promise<ProfileReply | undefined> {
  const { visitor } = (boot.reply ?? {}) as Partial<ProfileReply>
  const response = await fetch(boot.base + path, {
    method: 'POST',
    credentials: 'include',
    keepalive: true,
    // Who the visitor is goes to the server that was asked, or nowhere.
    redirect: 'error',
    body: JSON.stringify({ ...(JSON.parse(boot.source) as object), visitor, ...more }),
  })
  if (response.status === 204) return undefined
  const said = (await response.json()) as ProfileReply & {
    readonly error?: { readonly code: string; readonly message: string }
  }
  if (!response.ok)
    throw new Error(said.error ? `${said.error.code}: ${said.error.message}` : `status ${response.status}`)
  return said
}

/** Where the server's cookie was refused, the id is kept here: see `keepVisitor`. */
const keepId = ({ visitor }: ProfileReply) => {
  if (visitor && read().visitor) write({ visitor: [visitor, Date.now()] })
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

async function identify(boot: PageBoot, { tracker }: RareTargets, given: unknown): Promise<boolean> {
  const { user, proof } = (given ?? {}) as { readonly user?: unknown; readonly proof?: unknown }
  if (!isText(user) || !isText(proof))
    throw new Error('expected { user, proof }, two strings; the proof is what createProof() of @unblink/server makes')
  // Nobody is identified without consent, so not even the question is asked.
  if (boot.consent !== 'granted' || navigator.globalPrivacyControl) return false
  const reply = await post(boot, '/v1/identify', { user, proof })
  if (!reply) return false
  // What was remembered was decided for somebody of whom less was known.
  if (read().expiresAt) write({ decisions: [], images: [], expiresAt: 0 })
  keepId(reply)
  boot.answer(reply)
  // As if the collector had said so: what is out of sight may change at once, the rest with the next view.
  tracker.onReply?.({ v: 1, ok: 0, dup: 0, rej: [], next: 0, profile: reply })
  return true
}

async function logOut(boot: PageBoot, { tracker, forget }: RareTargets): Promise<boolean> {
  // What is still waiting was done by whoever leaves, and must not be taken for the next one's.
  await tracker.flush()
  // Also when the server cannot be reached: the next one at this screen sees nothing of it.
  forget()
  const reply = await post(boot, '/v1/logout')
  if (reply) {
    keepId(reply)
    boot.answer(reply)
  }
  return true
}

/**
 * Runs a command that few pages push: `unblink.push('identify', { user, proof })`, `unblink.push('logout')` and
 * `unblink.push('panel')`.
 * @returns True when it has been done, false when it was not: the console says why. Never rejects.
 * @param others The other commands by name, for whoever has mistyped one.
 */
export async function runRare(
  boot: PageBoot,
  targets: RareTargets,
  [name, value]: readonly unknown[],
  others: object,
): Promise<boolean> {
  try {
    switch (name) {
      case 'identify':
        return await identify(boot, targets, value)
      case 'logout':
        return await logOut(boot, targets)
      case 'panel': {
        const { openPanel } = await import('../panel/panel.ts')
        openPanel()
        return true
      }
    }
    const known = [...Object.keys(others), 'identify', 'logout', 'panel'].join(', ')
    console.warn(`[unblink] Unknown command "${String(name)}". Commands are: ${known}.`)
  } catch (error) {
    console.warn(`[unblink] ${String(name)} was not done. ${error instanceof Error ? error.message : String(error)}`)
  }
  return false
}
