import type { Hono } from 'hono'
import { isLocalRequest } from '../http/isLocalRequest.ts'
import { refuse } from '../http/refuse.ts'
import { requireKey } from '../http/requireKey.ts'
import type { ServerContext } from '../serverContext.ts'

const HOUR_MS = 3_600_000
const MAX_HOURS = 24 * 90
/** Pages send every few seconds, and come back within minutes when they were refused; what is older is no more under way. */
const SETTLED_HOURS = 2

const getRate = (missing: number, stored: number) => (missing > 0 ? missing / (missing + stored) : 0)

/**
 * `GET /metrics`: for Prometheus, from this machine or with the server key. `GET /v1/loss?hours=24`, with the server key: how
 * many events never came, measured from the numbers that pages give to the events of each view.
 */
export function addMetricsRoutes(app: Hono, context: ServerContext): void {
  const { store, writer, metrics, pressure, limits, isDraining, now } = context
  const { registry } = metrics

  const getLoss = (hours: number) => {
    const perHour = store.getArrivals(now() - hours * HOUR_MS)
    const settledBefore = (Math.floor(now() / HOUR_MS) - SETTLED_HOURS + 1) * HOUR_MS
    const settled = perHour.filter(({ at }) => at < settledBefore)
    const sum = (name: 'views' | 'stored' | 'missing', from = settled) =>
      from.reduce((total, hour) => total + hour[name], 0)
    return {
      views: sum('views'),
      stored: sum('stored'),
      missing: sum('missing'),
      rate: getRate(sum('missing'), sum('stored')),
      open: { views: sum('views', perHour), stored: sum('stored', perHour), missing: sum('missing', perHour) },
      perHour,
    }
  }

  registry.gauge('unblink_queue_bytes', 'Bytes of the batches that wait to be written.', () => writer.getQueue().bytes)
  registry.gauge('unblink_queue_batches', 'Batches that wait to be written.', () => writer.getQueue().jobs)
  registry.gauge('unblink_pressure', '0: all is taken. 1: what can wait waits. 2: batches are refused.', () =>
    pressure.getLevel(),
  )
  registry.gauge('unblink_rate_limit_senders', 'Senders whose rate is remembered.', () => limits.visitor.size)
  registry.gauge('unblink_draining', '1 while the server is stopping.', () => (isDraining() ? 1 : 0))
  registry.gauge(
    'unblink_view_events',
    'Events of the views that began in the last 24 hours: here, or missing by the numbers of the others.',
    () => {
      const { stored, missing } = getLoss(24).open
      return { stored, missing }
    },
    'state',
  )

  app.get('/metrics', (c) => {
    const key = isLocalRequest(c) ? undefined : requireKey(c, context, 'metrics')
    if (key && !key.ok) return key.response
    c.header('cache-control', 'no-store')
    return c.body(registry.format(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })

  app.get('/v1/loss', (c) => {
    const key = requireKey(c, context, 'metrics')
    if (!key.ok) return key.response
    const hours = Number(c.req.query('hours') ?? 24)
    if (!Number.isInteger(hours) || hours < 1 || hours > MAX_HOURS)
      return refuse(c, 400, 'hours', `hours: expected a whole number from 1 to ${MAX_HOURS}`)
    c.header('cache-control', 'no-store')
    return c.json({ v: 1, hours, ...getLoss(hours) })
  })
}
