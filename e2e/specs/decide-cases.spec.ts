import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'

const CASES = new URL('../../packages/decide/cases/', import.meta.url)
/** What pages get of it, minified. */
const ENGINE = readFileSync(new URL('../../.cache/size/decide.mjs', import.meta.url), 'base64')

interface Assignment {
  readonly name: string
  readonly input: {
    readonly seed: string
    readonly id: string
    readonly weights?: number[]
    readonly coverage?: number
  }
  readonly expected: number
}

/** To which variant a visitor is assigned, as the decision of one slot. */
function readAssignments() {
  const rows = JSON.parse(readFileSync(new URL('assign.json', CASES), 'utf8')) as Assignment[]
  return rows.map(({ name, input: { seed, id: visitor, weights = [1, 1], coverage }, expected }) => {
    const variants = weights.map((weight, index) => ({ id: `${index}`, weight }))
    const experience = {
      id: 'e',
      slot: 's',
      kind: 'experiment',
      seed,
      variants,
      ...(coverage === undefined ? {} : { coverage }),
    }
    const manifest = { v: 1, version: '1', slots: { s: {} }, audiences: {}, experiences: [experience] }
    return {
      name: `assign.json: ${name}`,
      input: { manifest, attributes: {}, visitor },
      expected,
    }
  })
}

const read = (kind: string) =>
  readdirSync(CASES)
    .filter((file) => file.startsWith(`${kind}-`))
    .flatMap((file) =>
      (JSON.parse(readFileSync(new URL(file, CASES), 'utf8')) as { name: string; expected: unknown }[]).map((row) => ({
        ...row,
        name: `${file}: ${row.name}`,
      })),
    )

// The unit tests run the same files on Node. Engines differ where text is compared and dates are told in a time zone.
test('every case of the decision engine comes out in this browser as on the server', async ({ page }) => {
  const rows = { condition: read('condition'), decide: read('decide'), assign: readAssignments() }
  // As text both ways: some names in them, `__proto__` say, mean something else in a program.
  const answers = await page.evaluate<string>(
    `(async ({ condition, decide, assign }) => {
      const engine = await import('data:text/javascript;base64,${ENGINE}')
      return JSON.stringify({
        condition: condition.map((row) => engine.evaluate(row.condition, row.attributes, { groups: row.groups })),
        decide: decide.map(({ input }) => engine.decide(input)),
        assign: assign.map(({ input }) => Number(engine.decide(input)[0].variant ?? -1)),
      })
    })(JSON.parse(${JSON.stringify(JSON.stringify(rows))}))`,
  )
  const given = JSON.parse(answers) as Record<string, unknown[]>
  expect(rows.condition.length + rows.decide.length).toBeGreaterThan(500)
  for (const kind of ['condition', 'decide', 'assign'] as const) {
    expect(rows[kind].map(({ name }, index) => [name, given[kind]![index]])).toEqual(
      rows[kind].map(({ name, expected }) => [name, expected]),
    )
  }
})
