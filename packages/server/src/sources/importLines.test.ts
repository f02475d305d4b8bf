import { expect, test } from 'vitest'
import { importLines, type ImportLinesOptions } from './importLines.ts'
import type { ImportLine } from './parseImportLine.ts'
import type { Judgement } from './writeAttributes.ts'

const toVisitor = (number: number) => `b6e5c3de-6f0e-4c7b-9a53-${String(number).padStart(12, '0')}`
const toLine = (number: number, set: object = { n: number }) => JSON.stringify({ visitor: toVisitor(number), set })
const getNumber = ({ about }: ImportLine) => Number(('visitor' in about ? about.visitor : '').slice(-12))

async function* toChunks(text: string, size = 1_000) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

const run = (lines: readonly string[], options: Partial<ImportLinesOptions> = {}) =>
  importLines({
    chunks: toChunks(lines.join('\n')),
    write: () => Promise.resolve<Judgement>({ type: 'set' }),
    whenCalm: () => Promise.resolve(),
    isDraining: () => false,
    getTime: () => 0,
    ...options,
  })

test('each line is judged on its own', async () => {
  const write = (line: ImportLine) =>
    Promise.resolve<Judgement>(
      getNumber(line) === 3
        ? { type: 'rejected', code: 'erased', message: 'gone' }
        : { type: getNumber(line) === 4 ? 'same' : 'set' },
    )
  const lines = ['\uFEFF' + toLine(1), '{"visitor":', '', toLine(3), toLine(4), '[1]', '{"set":{}}', toLine(8)]
  expect(await run(lines, { write })).toEqual({
    lines: 8,
    set: 2,
    same: 1,
    rejected: [
      { line: 2, code: 'schema', message: expect.stringContaining('not JSON') as string },
      { line: 4, code: 'erased', message: 'gone' },
      { line: 6, code: 'schema', message: expect.stringContaining('expected an object') as string },
      { line: 7, code: 'schema', message: expect.stringContaining('say whom it is about') as string },
    ],
  })
})

test('lines about one visitor come one after another, others at once', async () => {
  const running = new Set<number>()
  const order: unknown[] = []
  let most = 0
  const write = async (line: ImportLine): Promise<Judgement> => {
    const number = getNumber(line)
    expect(running.has(number)).toBe(false)
    running.add(number)
    most = Math.max(most, running.size)
    await new Promise((resolve) => setTimeout(resolve, number === 1 ? 5 : 1))
    running.delete(number)
    order.push(line.set)
    return { type: 'set' }
  }
  const lines = [toLine(1, { a: 1 }), toLine(2), toLine(1, { a: 2 }), toLine(3), toLine(1, { a: 3 })]
  expect(await run(lines, { write })).toMatchObject({ lines: 5, set: 5 })
  expect(most).toBe(3)
  expect(order.filter((set) => Object.hasOwn(set as object, 'a'))).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
})

test('no more is under way than allowed, and it waits for calm', async () => {
  let open = 0
  let most = 0
  let calls = 0
  const write = async (): Promise<Judgement> => {
    most = Math.max(most, ++open)
    await new Promise((resolve) => setImmediate(resolve))
    open--
    return { type: 'set' }
  }
  const lines = Array.from({ length: 200 }, (_, number) => toLine(number))
  const whenCalm = () => Promise.resolve(void calls++)
  expect(await run(lines, { write, whenCalm, maxOpenBytes: 4 * (256 + lines[0]!.length) })).toMatchObject({ set: 200 })
  expect(most).toBeLessThanOrEqual(5)
  expect(calls).toBe(200)
})

test('what could not be written and all after it is left to the sender', async () => {
  const written: number[] = []
  const write = (line: ImportLine) => {
    const number = getNumber(line)
    if (number === 3) return Promise.resolve<Judgement>({ type: 'later', message: 'busy' })
    written.push(number)
    return Promise.resolve<Judgement>(
      number === 5 ? { type: 'rejected', code: 'erased', message: '' } : { type: 'set' },
    )
  }
  const lines = [1, 2, 3, 4, 5].map((number) => toLine(number))
  expect(await run(lines, { write })).toEqual({ lines: 2, set: 2, same: 0, rejected: [], stopped: 'busy' })
  expect(written).toContain(2)
})

test('after its time, with too many rejects, or when the server stops, it answers how far it came', async () => {
  const lines = Array.from({ length: 50 }, (_, number) => toLine(number))
  let now = 0
  expect(await run(lines, { getTime: () => now++, maxMs: 10 })).toEqual({
    lines: 10,
    set: 10,
    same: 0,
    rejected: [],
    stopped: 'time',
  })
  const rejects = await run(Array<string>(50).fill('{}'), { maxRejected: 5, maxOpenBytes: 1 })
  expect(rejects).toMatchObject({ lines: 5, stopped: 'rejects' })
  expect(rejects.rejected).toHaveLength(5)
  let asked = 0
  expect(await run(lines, { isDraining: () => ++asked > 7 })).toMatchObject({ lines: 7, stopped: 'draining' })
})

test('a body that breaks off leaves what came before', async () => {
  async function* broken() {
    yield* toChunks(`${toLine(1)}\n${toLine(2)}\n{"vis`)
    throw new Error('gone')
  }
  expect(await run([], { chunks: broken() })).toMatchObject({ lines: 2, set: 2, stopped: 'broken' })
})

test('a fault of ours is thrown', async () => {
  const lines = [1, 2, 3].map((number) => toLine(number))
  await expect(run(lines, { write: () => Promise.reject(new Error('a bug')) })).rejects.toThrow('a bug')
})
