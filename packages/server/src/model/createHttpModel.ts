import { fail, isObject, ok, type Result } from '@unblink/protocol'
import { getMessage } from '../log.ts'
import type { ModelSettings } from '../site/choice.ts'
import { createBreaker } from './createBreaker.ts'

/** A model behind HTTP. */
export interface HttpModel {
  /** The scores for one row of features, or why there are none in time. Never rejects. */
  ask(row: readonly number[]): Promise<Result<readonly number[]>>
  readonly isOpen: boolean
}

export interface HttpModelOptions {
  readonly name: string
  readonly settings: ModelSettings
  /** Monotonic milliseconds. */
  readonly getTime: () => number
}

const MAX_BYTES = 1024 * 1024

interface Waiting {
  readonly row: readonly number[]
  readonly settle: (scores: Result<readonly number[]>) => void
}

/** Splits the output tensor into a row of scores for each row that was asked. */
function readScores(answer: unknown, output: string, rows: number): Result<readonly (readonly number[])[]> {
  const outputs: unknown = isObject(answer) ? answer['outputs'] : undefined
  const tensor = Array.isArray(outputs)
    ? (outputs as unknown[]).find((one) => isObject(one) && one['name'] === output)
    : undefined
  const data: unknown = isObject(tensor) ? tensor['data'] : undefined
  if (!Array.isArray(data)) return fail(`its answer has no output "${output}" with data`)
  // The protocol allows nested lists as well as flat ones.
  const numbers = data.flat(8) as unknown[]
  if (!numbers.every((one) => typeof one === 'number' && Number.isFinite(one)))
    return fail(`its output "${output}" holds something else than numbers`)
  const width = numbers.length / rows
  if (!Number.isInteger(width) || width < 1)
    return fail(`its output "${output}" has ${numbers.length} numbers for ${rows} rows`)
  return ok(Array.from({ length: rows }, (_, row) => numbers.slice(row * width, (row + 1) * width) as number[]))
}

/**
 * Asks a model by the Open Inference Protocol, version 2. Rows that come together travel in one request. Late answers count as none, five
 * failures in a row stop the asking for a while. The address is the config's, and a redirect is a failure.
 */
export function createHttpModel({ name, settings, getTime }: HttpModelOptions): HttpModel {
  const { url, version, features, input, output, datatype, timeoutMs, maxBatch, gatherMs } = settings
  const model = encodeURIComponent(settings.name ?? name)
  const path = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`
  const address = `${url.replace(/\/$/, '')}/v2/models/${model}${path}/infer`
  const breaker = createBreaker(getTime)
  let queue: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  const post = async (rows: readonly (readonly number[])[]): Promise<Result<readonly (readonly number[])[]>> => {
    const body = JSON.stringify({
      inputs: [{ name: input, shape: [rows.length, features.length], datatype, data: rows.flat() }],
      outputs: [{ name: output }],
    })
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (!response.ok || Number(response.headers.get('content-length')) > MAX_BYTES) {
        await response.body?.cancel()
        return fail(response.ok ? `more than ${MAX_BYTES} bytes` : `status ${response.status}`)
      }
      const text = await response.text()
      if (text.length > MAX_BYTES) return fail(`more than ${MAX_BYTES} bytes`)
      return readScores(JSON.parse(text), output, rows.length)
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      return fail(isLate ? `no answer within ${timeoutMs} ms` : getMessage(error))
    }
  }

  const send = async () => {
    clearTimeout(timer)
    timer = undefined
    const batch = queue.slice(0, maxBatch)
    queue = queue.slice(maxBatch)
    if (queue.length > 0) timer = setTimeout(() => void send(), 0)
    const result = await post(batch.map(({ row }) => row))
    if (result.ok) breaker.succeed()
    else breaker.fail()
    batch.forEach(({ settle }, index) => settle(result.ok ? ok(result.value[index]!) : result))
  }

  return {
    ask(row) {
      if (queue.length === 0 && !breaker.mayTry())
        return Promise.resolve(fail('it is not asked for a while, because it failed'))
      return new Promise((resolve) => {
        // The time counts from here, whatever the batch has waited for.
        const late = setTimeout(() => resolve(fail(`no answer within ${timeoutMs} ms`)), timeoutMs)
        const settle = (scores: Result<readonly number[]>) => {
          clearTimeout(late)
          resolve(scores)
        }
        queue.push({ row, settle })
        if (queue.length >= maxBatch) void send()
        else timer ??= setTimeout(() => void send(), gatherMs)
      })
    },
    get isOpen() {
      return breaker.isOpen
    },
  }
}
