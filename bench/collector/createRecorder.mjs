import { getQuantile } from '../first-paint/report/statistics.mjs'

/**
 * Keeps what came of each try, by the phase in which it left and by the second in which the answer came.
 * Quantiles are over tries that were taken; `undefined` where there were none.
 */
export function createRecorder(names) {
  const create = () => ({ ms: [], lag: [], tries: 0, taken: 0, stored: 0, dup: 0, refused: {}, again: 0, totalMs: 0 })
  const phases = new Map(names.map((name) => [name, create()]))
  const windows = []
  let second = { taken: 0, refused: 0, ms: [] }
  let origin

  const quantiles = (ms) => ({
    p50: getQuantile(ms, 0.5),
    p99: getQuantile(ms, 0.99),
    p999: getQuantile(ms, 0.999),
    max: ms.reduce((a, b) => Math.max(a, b), 0),
  })

  return {
    begin(name, at) {
      origin ??= at
      phases.get(name).from = at
    },
    end(name, at) {
      phases.get(name).to = at
    },
    recordLag(name, ms) {
      phases.get(name).lag.push(ms)
    },
    record({ phase: name, now, ms, status, isTaken, ok, dup, tries, totalMs }) {
      const phase = phases.get(name)
      phase.tries++
      const index = Math.max(0, Math.floor((now - origin) / 1_000))
      const window = (windows[index] ??= { taken: 0, refused: 0, ms: [] })
      if (!isTaken) {
        phase.refused[status] = (phase.refused[status] ?? 0) + 1
        window.refused++
        second.refused++
        return
      }
      phase.taken++
      phase.stored += ok
      phase.dup += dup
      if (tries > 1) phase.again++
      phase.totalMs = Math.max(phase.totalMs, totalMs)
      phase.ms.push(ms)
      window.taken++
      window.ms.push(ms)
      second.taken++
      second.ms.push(ms)
    },
    takeSecond() {
      const { taken, refused, ms } = second
      second = { taken: 0, refused: 0, ms: [] }
      return { taken, refused, p99: ms.length > 0 ? getQuantile(ms, 0.99) : undefined }
    },
    getPhases: () =>
      [...phases].map(([name, { ms, lag, from, to, ...counts }]) => ({
        name,
        seconds: (to - from) / 1_000,
        startedAt: (from - origin) / 1_000,
        ...counts,
        ...(ms.length > 0 ? quantiles(ms) : {}),
        senderLagP99: lag.length > 0 ? getQuantile(lag, 0.99) : undefined,
      })),
    getWindows: () =>
      Array.from(windows, (window) => {
        const { taken = 0, refused = 0, ms = [] } = window ?? {}
        return { taken, refused, p99: ms.length > 0 ? getQuantile(ms, 0.99) : undefined }
      }),
  }
}
