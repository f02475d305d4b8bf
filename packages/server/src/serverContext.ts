import type { Buckets } from './collector/createBuckets.ts'
import type { Pressure } from './collector/createPressure.ts'
import type { ByteBudget } from './http/readBody.ts'
import type { ExportLog } from './export/exportLog.ts'
import type { Identity } from './identity/createIdentity.ts'
import type { KnownLinks } from './identity/createLinks.ts'
import type { Hub } from './live/createHub.ts'
import type { Log } from './log.ts'
import type { DriftWatch } from './metrics/createDriftWatch.ts'
import type { Metrics } from './metrics/createMetrics.ts'
import type { Models } from './model/createModels.ts'
import type { Audit } from './privacy/createAudit.ts'
import type { Erased } from './privacy/createErased.ts'
import type { Eraser } from './privacy/createEraser.ts'
import type { ExportInput } from './privacy/exportSubject.ts'
import type { Wipe } from './privacy/createWipe.ts'
import type { SourceReader } from './site/createSourceReader.ts'
import type { Publication } from './site/publish.ts'
import type { Site } from './site/site.ts'
import type { Geo } from './sources/openGeo.ts'
import type { Store, StoredEvent } from './store/createStore.ts'
import type { Writer } from './store/createWriter.ts'
import type { Database } from './store/openDatabase.ts'
import type { Webhooks } from './webhooks/createWebhooks.ts'

/** How much is taken. */
export interface Limits {
  /** Events of one visitor. */
  readonly visitor: Buckets
  /** Changes of who one visitor is. */
  readonly identify: Buckets
  /** Visitors that are named and of whom nothing is known, in one bucket: guesses. */
  readonly guess: Buckets
  /** Left out where nothing is limited by key. */
  readonly key?: Buckets
}

/** What the routes of one server share. */
export interface ServerContext {
  /**
   * The rules that are in force. They change while the server runs, so they are read once for each request, and never kept
   * beyond it.
   */
  readonly publication: Publication
  /** Calls back with each publication: at once with the one in force, then whenever the rules change. */
  readonly onPublish: (callback: (publication: Publication) => void) => void
  /** Tells the site's own `onEvent` of events that have been committed. */
  readonly tap: (site: Site, stored: readonly StoredEvent[], visitor: string | undefined) => void
  /** What the site's own profile source knows. */
  readonly source: SourceReader
  /** Tells where visitors are. */
  readonly geo: Geo
  /** What chooses variants beside rules and weights. */
  readonly models: Models
  readonly store: Store
  readonly writer: Writer
  /** What exports of whole datasets are read from. */
  readonly exportLog: ExportLog
  /** For what goes through every table: exports of one visitor or user. */
  readonly database: Database.Database
  /** Who visitors are. */
  readonly identity: Identity
  readonly links: KnownLinks
  readonly audit: Audit
  /** What is kept of somebody on other machines; left out where nothing is. Rejects when it cannot be had. */
  readonly exportKept?: (subject: Pick<ExportInput, 'visitors' | 'user'>) => Promise<readonly object[]>
  readonly eraser: Eraser
  /** Visitors whose batches may still be under way. To be told of every erasure, like `wipe`. */
  readonly erased: Erased
  readonly wipe: Wipe
  readonly webhooks: Pick<Webhooks, 'forget' | 'withdraw'>
  readonly hub: Hub
  /** Memory for the bodies of all open requests together. */
  readonly budget: ByteBudget
  readonly pressure: Pressure
  readonly limits: Limits
  readonly metrics: Metrics
  /** Sees when the values move that declared attributes are made of. */
  readonly drift: DriftWatch
  /** Judges a User-Agent header. */
  readonly isBot: (userAgent: string) => boolean
  /** Whether the server takes leave: it still answers, and says that others should be asked. */
  readonly isDraining: () => boolean
  /** Whether X-Forwarded-Host and X-Forwarded-Proto are believed. */
  readonly trustProxy: boolean
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}
