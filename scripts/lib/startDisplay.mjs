import { spawn } from 'node:child_process'
import { findOnPath } from './findOnPath.mjs'

/**
 * A virtual screen for headed browsers on a machine without one. Resolves to `{ display: ':N', stop }`, or to undefined
 * where none is needed (DISPLAY is set, or not Linux) or none can be had (no Xvfb).
 */
export function startDisplay() {
  const binary = findOnPath(['Xvfb'])
  if (process.platform !== 'linux' || process.env.DISPLAY || !binary) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    // -displayfd lets Xvfb choose a free number and say when it is ready, so two runs never collide.
    const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp']
    const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const stop = () => child.kill()
    process.once('exit', stop)
    child.once('error', () => resolve(undefined))
    child.once('exit', () => resolve(undefined))
    child.stdio[3].setEncoding('utf8').once('data', (number) => resolve({ display: `:${number.trim()}`, stop }))
  })
}
