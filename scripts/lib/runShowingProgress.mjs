import { spawn } from 'node:child_process'
import { root } from './fromRoot.mjs'

const KEPT_LINES = 30
const QUIET_EVERY_MS = 5_000

/**
 * Runs a talkative installer under one line of progress: rewritten in a terminal, a new line every five seconds in a
 * log. Shows the installer's last lines when it fails. Resolves to whether it succeeded.
 */
export function runShowingProgress(label, command, args, { env = {} } = {}) {
  const startedAt = Date.now()
  const isTerminal = process.stdout.isTTY === true
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000)
  const lines = []
  const show = () => {
    const line = `${label}: ${seconds()} s  ${lines.at(-1) ?? ''}`.slice(0, (process.stdout.columns ?? 120) - 1)
    process.stdout.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`)
  }
  return new Promise((resolve) => {
    process.stdout.write(isTerminal ? label : `${label} ...\n`)
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer = setInterval(show, isTerminal ? 200 : QUIET_EVERY_MS)
    const keep = (text) => {
      lines.push(...text.split(/[\r\n]+/).filter((line) => line.trim()))
      lines.splice(0, lines.length - KEPT_LINES)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    let isFinished = false
    const finish = (didSucceed, why) => {
      // A program that could not be started reports an error and a close.
      if (isFinished) return
      isFinished = true
      clearInterval(timer)
      const result = didSucceed ? 'done' : `failed (${why})`
      process.stdout.write(`${isTerminal ? '\r\x1b[K' : ''}${label}: ${result} after ${seconds()} s\n`)
      if (!didSucceed) for (const line of lines) console.error(`  ${line}`)
      resolve(didSucceed)
    }
    child.once('error', (error) => finish(false, error.message))
    child.once('close', (code) => finish(code === 0, `exit code ${code}`))
  })
}
