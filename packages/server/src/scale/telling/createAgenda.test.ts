import { expect, test } from 'vitest'
import { createAgenda } from './createAgenda.ts'

test('what is due comes earliest first, until it is set anew', () => {
  const agenda = createAgenda<string>()
  ;[5, 3, 9, 1, 7].forEach((due) => agenda.set(`at ${due}`, due))
  expect(agenda.getDue(0, 9)).toEqual([])
  expect(agenda.getDue(5, 2)).toEqual(['at 1', 'at 3'])
  expect(agenda.getDue(5, 9)).toEqual(['at 1', 'at 3', 'at 5'])
  agenda.set('at 1', 8)
  agenda.set('at 3', undefined)
  expect(agenda.getDue(8, 9)).toEqual(['at 5', 'at 7', 'at 1'])
  agenda.set('at 3', 3)
  agenda.set('at 3', 4)
  agenda.set('at 3', 3)
  expect(agenda.getDue(8, 1)).toEqual(['at 3'])
})

test('it finds what a sorted list would, however often things are put off', () => {
  const agenda = createAgenda<number>()
  const dues = new Map<number, number>()
  let seed = 7
  const draw = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let n = 0; n < 20_000; n++) {
    const [key, due] = [draw(300), draw(1_000)]
    const next = draw(5) === 0 ? undefined : due
    agenda.set(key, next)
    if (next === undefined) dues.delete(key)
    else dues.set(key, next)
    if (n % 500 !== 0) continue
    const sorted = [...dues.values()].filter((at) => at <= 400).sort((a, b) => a - b)
    expect(agenda.getDue(400, 1_000).map((one) => dues.get(one))).toEqual(sorted)
  }
})
