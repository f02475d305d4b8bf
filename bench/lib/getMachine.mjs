import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import * as os from 'node:os'

const tryRun = (command, args) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined // not there, or not a git checkout
  }
}

const getSystem = () => {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))[1]
  } catch {
    return `${os.type()} ${os.release()}`
  }
}

const getCommit = () => {
  const commit = tryRun('git', ['rev-parse', '--short', 'HEAD'])
  return commit && `${commit}${tryRun('git', ['status', '--porcelain']) ? ' with changes' : ''}`
}

/** What the figures were measured on: `{ cpu, cores, memoryGib, system, node, commit }`, and `programs` (name → first line of `--version`). */
export function getMachine(programs = {}) {
  const cpus = os.cpus()
  const versions = Object.entries(programs).map(([name, path]) => [
    name,
    tryRun(path, ['--version'])?.split('\n')[0] ?? 'unknown',
  ])
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGib: Math.round(os.totalmem() / 1024 ** 3),
    system: getSystem(),
    node: process.version,
    commit: getCommit() ?? 'unknown',
    programs: Object.fromEntries(versions),
  }
}

/** The 1, 5 and 15 minute load averages: figures taken on a busy machine must show it. */
export const getLoad = () => os.loadavg().map((value) => Math.round(value * 100) / 100)

/** The lines that stand beside every table of figures. */
export function formatMachine({ cpu, cores, memoryGib, system, node, commit, programs }, { before, after }) {
  const versions = [`node ${node}`, ...Object.values(programs)]
  return [
    `machine   ${cpu}, ${cores} cores, ${memoryGib} GiB, ${system}`,
    `versions  ${versions.join(', ')}, commit ${commit}`,
    `load      ${before.join(' ')} before, ${after.join(' ')} after`,
  ].join('\n')
}
