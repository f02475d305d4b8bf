import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'

const CASES = new URL('../../packages/decide/cases/', import.meta.url)
/** What pages get of it, minified. */
const ENGINE = readFileSync(new URL('../../.cache/size/decide.mjs', import.meta.url), 'base64')

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
  const rows = { condition: read('condition'), decide: read('decide') }
  // As text both ways: some names in them, `__proto__` say, mean something else in a program.
  const answers = await page.evaluate<string>(
    `(async ({ condition, decide }) => {
      const engine = await import('data:text/javascript;base64,${ENGINE}')
      return JSON.stringify({
        condition: condition.map((row) => engine.evaluate(row.condition, row.attributes, { groups: row.groups })),
        decide: decide.map(({ input }) => engine.decide(input)),
      })
    })(JSON.parse(${JSON.stringify(JSON.stringify(rows))}))`,
  )
  const given = JSON.parse(answers) as Record<string, unknown[]>
  expect(rows.condition.length + rows.decide.length).toBeGreaterThan(500)
  for (const kind of ['condition', 'decide'] as const) {
    expect(rows[kind].map(({ name }, index) => [name, given[kind]![index]])).toEqual(
      rows[kind].map(({ name, expected }) => [name, expected]),
    )
  }
})
