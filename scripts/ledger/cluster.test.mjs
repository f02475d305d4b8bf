import { expect, test } from 'vitest'
import { findNats } from '../../packages/server/test/startNats.mjs'
import { getCliCommand } from '../../packages/server/test/startCli.ts'
import { runClusterLedger, TARGETS } from './runClusterLedger.mjs'

const isInstalled = findNats() !== undefined

// The short form of scripts/ledger-cluster.mjs: each kind of process dies once.
test.skipIf(!isInstalled)(
  isInstalled
    ? 'D14 D13 a NATS server, a collector and a worker are killed under load: nothing is lost, nothing counts twice'
    : 'a cluster under kills: nats-server is not installed; node scripts/ensure.mjs nats',
  { timeout: 240_000 },
  async () => {
    const said = []
    const plan = { kills: 1, rate: 200, visitors: 30, eventsPerKill: 200 }
    const found = await runClusterLedger({ command: getCliCommand(), ...plan, say: (line) => said.push(line) })
    expect(found.results.map(({ target }) => target)).toEqual(TARGETS)
    expect(found.ledger).toMatchObject({ acknowledged: found.sent, lost: 0, duplicates: 0, foreign: 0 })
    expect(found.last).toMatchObject({ lost: 0, wrong: 0 })
    expect(found.replayed).toMatchObject({ visitors: 30, equal: 30, different: [], behind: 0 })
    expect(found.codes.filter(({ code }) => code !== 0)).toEqual([])
    expect(found.reads.failed).toBeLessThan(found.reads.asked / 20)
  },
)
