import type { Log } from './log.ts'
import type { ScaleOptions } from './scale/openScale.ts'
import type { Site } from './site/site.ts'
import type { GeoOptions } from './sources/openGeo.ts'

/** A bucket of events: how many flow back each second, and how many it holds. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
}

export interface ServerOptions {
  readonly site: Site
  /** Folder of the database, made when it is not there. @default a database in memory, gone with the process */
  readonly dataDir?: string | undefined
  /** Keeps events and profiles on a cluster of NATS servers instead, shared by many servers like this one. @default none */
  readonly scale?: ScaleOptions | undefined
  /** Folder with `unblink.js`, or several folders, to serve their files beside the API. @default none served */
  readonly sdkDir?: string | readonly string[] | undefined
  /** Serves the live view, which shows a visitor all that is known of them. @default false */
  readonly live?: boolean | undefined
  /**
   * Believe X-Forwarded-Host and X-Forwarded-Proto: where they are set by a proxy of one's own, through which every request
   * comes. They decide which origin is the server's own, and whether cookies are marked Secure. @default false
   */
  readonly trustProxy?: boolean | undefined
  /** How the server learns where visitors are, for conditions on `geo`. @default it does not */
  readonly geo?: GeoOptions | undefined
  /**
   * Tells bots by their User-Agent header: `isBot` of this package does it with a maintained list. Their events are stored,
   * marked, belong to no visitor and teach nothing. @default nobody is one
   */
  readonly isBot?: ((userAgent: string) => boolean) | undefined
  /** Events of one visitor (or session, where there is no visitor). @default 100 a second, 5 000 at once */
  readonly visitorLimit?: RateLimit | undefined
  /** Events of one key, so of all pages together. @default as many as can be written */
  readonly keyLimit?: RateLimit | undefined
  /** Events older than so many days are deleted; at least 8. @default none are */
  readonly retentionDays?: number | undefined
  /** Records of one code come at most 20 times in 10 seconds; the next says how many were left out. @default nothing is logged */
  readonly log?: Log | undefined
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}
