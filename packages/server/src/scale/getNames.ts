export interface NamesInput {
  readonly namespace: string
  readonly site: string
  /** Which generation of profiles; see docs/scale.md, backfill. */
  readonly fold: number
}

/** What the streams, the buckets and the subjects of one site are called. */
export interface Names {
  /** The stream of all events. */
  readonly events: string
  readonly eventSubjects: string
  /** All events that belong to nobody. */
  readonly nobodySubjects: string
  /** The bucket of the folded profiles. */
  readonly profiles: string
  /** The bucket for settings and for who folds what. */
  readonly control: string
  /** The bucket of users, by `getUserKey`. */
  readonly users: string
  /** The bucket of proofs that were used. */
  readonly proofs: string
  /** The stream of who did what. */
  readonly audit: string
  readonly auditSubjects: string
  /** The bucket of what webhooks keep. */
  readonly told: string
  /** The key, in `control`, of the message up to which this generation tells nothing; the first one tells all. */
  readonly toldFrom: string | undefined
  /** The key, in `control`, of who folds which partition. */
  readonly board: string
  /** The key, in `control`, of who hands on which partition. */
  readonly forwardBoard: string
  /** The key, in `control`, of how far a destination has been served; without a partition, of where its service began. */
  getForwardKey(destination: string, partition?: number): string
  /** The key, in `control`, of what a partition's visitors have taught the bandits. */
  getArmsKey(partition: number): string
  getAuditSubject(action: string): string
  /** Where the events of a visitor go; without one, they belong to nobody. */
  getSubject(partition: number, visitor: string | undefined): string
  /** All events of a visitor, whatever their partition is. */
  getVisitorSubjects(visitor: string): string
  /** All events of one partition. */
  getFilter(partition: number): string
  /** The visitor whom a subject names. */
  readVisitor(subject: string): string | undefined
}

const NOBODY = '-'

/** Names of streams and buckets have letters, digits, `-` and `_` only; another character is written as `_` and its code. */
const encode = (text: string) => text.replace(/[^A-Za-z0-9-]/g, (sign) => `_${sign.codePointAt(0)!.toString(16)}_`)

export function getNames({ namespace, site, fold }: NamesInput): Names {
  const prefix = `${encode(namespace)}-${encode(site)}`
  const subject = `${encode(namespace)}.${encode(site)}.events`
  const audit = `${encode(namespace)}.${encode(site)}.audit`
  return {
    events: `${prefix}-events`,
    eventSubjects: `${subject}.*.*`,
    nobodySubjects: `${subject}.*.${NOBODY}`,
    profiles: `${prefix}-profiles-${fold}`,
    control: `${prefix}-control`,
    users: `${prefix}-users`,
    proofs: `${prefix}-proofs`,
    audit: `${prefix}-audit`,
    auditSubjects: `${audit}.*`,
    told: `${prefix}-told`,
    toldFrom: fold === 1 ? undefined : `told-from-${fold}`,
    board: `board-${fold}`,
    forwardBoard: 'forward',
    getForwardKey: (destination, partition) =>
      partition === undefined ? `forward-${destination}` : `forward-${destination}-${partition}`,
    getArmsKey: (partition) => `arms-${fold}-${partition}`,
    getAuditSubject: (action) => `${audit}.${action}`,
    getSubject: (partition, visitor = NOBODY) => `${subject}.${partition}.${visitor}`,
    getVisitorSubjects: (visitor) => `${subject}.*.${visitor}`,
    getFilter: (partition) => `${subject}.${partition}.*`,
    readVisitor(name) {
      const last = name.slice(name.lastIndexOf('.') + 1)
      return last === NOBODY ? undefined : last
    },
  }
}

/** A user's id may have signs that a key cannot have. */
export const getUserKey = (user: string): string => Buffer.from(user).toString('base64url')

/** The stream behind a bucket, and the subject of one of its keys: part of NATS' own protocol for key-value buckets. */
export const getBucketStream = (bucket: string): string => `KV_${bucket}`
export const isBucketStream = (stream: string): boolean => stream.startsWith(getBucketStream(''))
export const getKeySubject = (bucket: string, key: string): string => `$KV.${bucket}.${key}`
