import { UsageError } from '../commands/UsageError.ts'
import { getClosest } from '../site/getClosest.ts'
import type { ScaleOptions } from './openScale.ts'
import { ROLES, type Role } from './serveRole.ts'

/** The flags of `unblink serve` that turn it into a server of a cluster, for `readFlags`. */
export const SCALE_FLAGS = {
  nats: { type: 'string' },
  role: { type: 'string' },
  replicas: { type: 'string' },
  partitions: { type: 'string' },
  fold: { type: 'string' },
} as const

export const SCALE_USAGE = `  --nats URLS     keep events and profiles on a cluster of NATS servers, like nats://a:4222,nats://b:4222; also
                  UNBLINK_NATS, and UNBLINK_NATS_CREDS for a file of credentials. See docs/scale.md
  --role ROLE     of this server in a cluster: collector, api, worker, or all (default all)
  --replicas N    NATS servers that have an event before it is acknowledged: 1, 3 or 5 (default 3)
  --partitions N  the most workers that can share the folding; never changes (default 16)
  --fold N        generation of profiles; another number folds all events anew (default 1)
`

type Values = { readonly [name in keyof typeof SCALE_FLAGS]?: string | undefined }
type Environment = Readonly<Record<string, string | undefined>>

function parseWhole(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number
  throw new UsageError(`--${name} ${text}: expected a whole number from 1 to ${max}.`)
}

function parseRole(role: string | undefined): Role | undefined {
  const known = ROLES.find((one) => one === role)
  if (role === undefined || known) return known
  const closest = getClosest(role, ROLES)
  throw new UsageError(`--role ${role}: expected ${ROLES.join(', ')}${closest ? `; did you mean ${closest}?` : '.'}`)
}

function parseReplicas(text: string | undefined): number | undefined {
  const replicas = parseWhole('replicas', text, 5)
  if (replicas === undefined || replicas % 2 === 1) return replicas
  throw new UsageError(`--replicas ${text}: expected 1, 3 or 5; an even number of servers cannot outvote itself.`)
}

/** The cluster that is asked for; undefined where there is none, and then the flags that would need one are errors. */
export function readScaleFlags(values: Values, environment: Environment = process.env): ScaleOptions | undefined {
  const nats = values.nats ?? environment['UNBLINK_NATS']
  const { role, replicas, partitions, fold } = values
  if (!nats) {
    const [needless] = Object.entries({ role, replicas, partitions, fold }).filter(([, value]) => value !== undefined)
    if (needless) throw new UsageError(`--${needless[0]} is for a cluster: say which with --nats URLS.`)
    return undefined
  }
  return {
    servers: nats.split(',').map((one) => one.trim()),
    credsFile: environment['UNBLINK_NATS_CREDS'],
    role: parseRole(role),
    replicas: parseReplicas(replicas),
    partitions: parseWhole('partitions', partitions, 256),
    fold: parseWhole('fold', fold, 1_000_000),
  }
}
