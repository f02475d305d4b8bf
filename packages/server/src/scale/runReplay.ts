import { jetstream } from '@nats-io/jetstream'
import { formatUnknown, parseReplayTime } from '../commands/parseReplayTime.ts'
import { readFlags } from '../commands/readFlags.ts'
import { readSiteFor } from '../commands/readSiteFor.ts'
import { UsageError } from '../commands/UsageError.ts'
import { isVisitorId } from '../http/visitorCookie.ts'
import { readAttributes } from '../profile/readAttributes.ts'
import { connectToSite } from './connectToSite.ts'
import { createBucket } from './createBucket.ts'
import { DEFAULT_PARTITIONS } from './openScale.ts'
import { readScaleFlags, SCALE_FLAGS } from './readScaleFlags.ts'
import { replayLog, type Replayed } from './replayLog.ts'
import { replayOne } from './replayOne.ts'

const USAGE = `unblink replay: fold all events of a cluster anew, and compare each profile with the one in use; changes nothing

  --config FILE   the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --nats URLS     the cluster, like nats://a:4222,nats://b:4222; also UNBLINK_NATS
  --partitions N  as the servers were started (default ${DEFAULT_PARTITIONS})
  --fold N        the generation of profiles to compare with (default 1)
  --visitor ID    this visitor only, printed with their attributes; nothing is compared
  --at TIME       only what had arrived by then, like 2030-01-31T09:00:00Z; needs --visitor
  --json          print what was found as JSON
  --help          this text

Ends with 1 when a profile is not, byte for byte, what its events give. To put new ones in force, start workers with another
--fold; docs/scale.md says how.
`

const SHOWN = 10

function describe({ messages, visitors, equal, different, ahead, behind }: Replayed): string {
  const lines = [
    `${messages} messages, ${visitors} visitors: ${equal} profiles are as their events say, ${different.length} are not.`,
    ...(ahead + behind > 0 ? [`${ahead} were folded further meanwhile, ${behind} are not folded to the end yet.`] : []),
    ...different.slice(0, SHOWN).map((visitor) => `different: ${visitor}`),
    ...(different.length > SHOWN ? [`and ${different.length - SHOWN} more`] : []),
  ]
  return `${lines.join('\n')}\n`
}

export async function runReplay(args: string[]): Promise<number> {
  const { nats, partitions, fold } = SCALE_FLAGS
  const { flags } = readFlags(args, {
    ...{ nats, partitions, fold },
    config: { type: 'string' },
    visitor: { type: 'string' },
    at: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  })
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const scale = readScaleFlags(flags)
  if (!scale) throw new UsageError('Say which cluster to read: --nats URLS, like --nats nats://127.0.0.1:4222.')
  const { visitor } = flags
  const before = parseReplayTime(flags.at)
  if (before !== undefined && visitor === undefined)
    throw new UsageError('--at tells of one visitor: add --visitor ID.')
  const isId: boolean = visitor === undefined || isVisitorId(visitor)
  if (!isId) throw new UsageError(`--visitor ${visitor}: expected the id of a visitor, as in the cookie ub_v.`)
  const site = await readSiteFor(flags.config)
  const { connection, manager, names } = await connectToSite(scale, site.id, 'unblink replay')
  try {
    if (visitor !== undefined) {
      const profile = await replayOne({ manager, names, site, visitor, before })
      if (!profile) throw new UsageError(formatUnknown(visitor, before))
      const attributes = readAttributes(profile, site, before ?? Date.now())
      process.stdout.write(`${JSON.stringify({ profile, attributes }, null, 2)}\n`)
      return 0
    }
    const profiles = createBucket({ manager, client: jetstream(connection), name: names.profiles })
    const count = scale.partitions ?? DEFAULT_PARTITIONS
    const replayed = await replayLog({
      ...{ manager, names, profiles, partitions: count, site },
      onPartition: ({ partition, messages }) =>
        process.stderr.write(`partition ${partition + 1} of ${count}: ${messages} messages\n`),
    })
    process.stdout.write(flags.json ? `${JSON.stringify(replayed, null, 2)}\n` : describe(replayed))
    return replayed.different.length > 0 ? 1 : 0
  } finally {
    await connection.close()
  }
}
