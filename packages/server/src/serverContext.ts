import type { Manifest } from '@unblink/protocol'
import type { ByteBudget } from './http/readBody.ts'
import type { Hub } from './live/createHub.ts'
import type { Log } from './log.ts'
import type { Site } from './site/site.ts'
import type { Store } from './store/createStore.ts'
import type { Writer } from './store/createWriter.ts'

/** What the routes of one server share. */
export interface ServerContext {
  readonly site: Site
  readonly manifest: Manifest
  readonly store: Store
  readonly writer: Writer
  readonly hub: Hub
  /** Memory for the bodies of all open requests together. */
  readonly budget: ByteBudget
  /** Whether X-Forwarded-Host and X-Forwarded-Proto are believed. */
  readonly trustProxy: boolean
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}
