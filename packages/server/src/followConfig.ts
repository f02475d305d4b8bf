import type { UnblinkServer } from './createServer.ts'
import { getMessage, type Log } from './log.ts'
import { formatFinding } from './site/checkSite.ts'
import { watchSite, type WatchInput } from './site/watchSite.ts'

export interface FollowInput extends Pick<WatchInput, 'file' | 'settleMs'> {
  readonly unblink: Pick<UnblinkServer, 'publish'>
  readonly log: Log
}

/**
 * Puts a config into force whenever it changes. One with errors changes nothing: the last good one stays in force, and the
 * log says what is wrong. Returns its undo.
 */
export function followConfig({ file, settleMs, unblink, log }: FollowInput): () => void {
  const refuse = (message: string) =>
    log({ level: 'error', code: 'config_refused', message: `${message}\nThe last good config stays in force.` })

  return watchSite({
    file,
    settleMs,
    onChange: ({ site, findings }) => {
      if (!site)
        return refuse(
          findings
            .filter(({ severity }) => severity === 'error')
            .map(formatFinding)
            .join('\n'),
        )
      for (const finding of findings) {
        log({ level: 'warn', code: 'config_doubt', message: formatFinding(finding) })
      }
      const published = unblink.publish(site)
      if (!published.ok) return refuse(`${file}: ${published.error}`)
      log({ level: 'info', code: 'config_published', message: `${file} is in force.`, manifest: published.value })
    },
    onError: (error) =>
      log({
        level: 'error',
        code: 'config_unwatched',
        message: `${file} is not watched any more: ${getMessage(error)}. Start the server again.`,
      }),
  })
}
