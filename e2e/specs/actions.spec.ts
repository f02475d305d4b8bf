import { expect, type Page } from '@playwright/test'
import { script } from '../support/xss/contentSite.ts'
import { open, readReport, readSlots, test, until } from '../support/xss/contentTest.ts'

/** Notes what happens; `exposures` needs the runtime, and is told when the slots have been seen. */
const NOTES = script(`window.notes = []; window.exposures = []
  unblink.onTracked = ({ t, p }) => t === 'exposure' && exposures.push([p.slot, p.outcome])`)

/** In the head, after the snippet: as a page would. */
const ACTIONS =
  NOTES +
  script(`
  unblink.push('action', 'paint', () => notes.push('the earlier one of this name'))
  unblink.push('action', 'paint', (element, props) => {
    notes.push('paint ' + element.id + ' ' + JSON.stringify(props))
    props.colour = 'gone'
    element.setAttribute('data-colour', 'set')
    return () => { notes.push('undo ' + element.id); element.removeAttribute('data-colour') }
  })
  unblink.push('action', 'fill', (element) => element.replaceChildren('filled'))
  unblink.push('action', 'throw', (element) => { element.replaceChildren('half'); throw new Error('too early') })
  unblink.push('action', 'wait', async (element) => { element.replaceChildren('half') })
  unblink.push('action', 'stubborn', () => () => { throw new Error('never') })`)

const hearWarnings = (page: Page): string[] => {
  const heard: string[] = []
  page.on('console', (message) => message.type() === 'warning' && heard.push(message.text()))
  return heard
}
const getHtml = async (page: Page) =>
  (await readSlots(page)).map(({ html }) => html.replace(/^<div data-unblink="x\d+" ?/, '').replace(/<\/div>$/, ''))

test('an action does what it does before its slot is seen, and is undone by what it returns', async ({
  page,
  site,
}) => {
  const warnings = hearWarnings(page)
  const slots = [
    { content: { action: 'paint', props: { colour: 'red' } }, attributes: 'id="one"' },
    { content: { target: 'p', action: 'paint' }, baseline: '<p id="two">base</p>' },
    { content: { action: 'fill' } },
    { content: { html: '<b id="three">B</b>', more: [{ target: 'b', action: 'paint' }, { class: 'k' }] } },
    { content: { action: 'stubborn' } },
  ]
  const outcomes = await open(page, site, { slots, after: ACTIONS, answerAfterMs: 60 })
  expect(outcomes.map(({ state }) => state)).toEqual([2, 2, 2, 2, 2])
  expect(await getHtml(page)).toEqual([
    'id="one" data-colour="set"><p>base</p>',
    '><p id="two" data-colour="set">base</p>',
    '>filled',
    'class="k"><b id="three" data-colour="set">B</b>',
    '><p>base</p>',
  ])
  expect(await page.evaluate('notes')).toEqual(['paint one {"colour":"red"}', 'paint two {}', 'paint three {}'])
  await page.evaluate(`Object.keys(unblink.slots).forEach((name) => unblink.push('dismiss', name))`)
  await until(page, `!document.querySelector('.k')`)
  expect(await getHtml(page)).toEqual([
    'id="one"><p>base</p>',
    '><p id="two">base</p>',
    '><p>base</p>',
    '><p>base</p>',
    '><p>base</p>',
  ])
  expect((await page.evaluate<string[]>('notes')).slice(3)).toEqual(['undo one', 'undo two', 'undo three'])
  expect(warnings.filter((text) => !text.includes('"stubborn" could not be undone'))).toEqual([])
  expect((await readReport(page)).errors).toEqual([])
})

test('an action that cannot be done leaves the default, and both the exposure and the console say so', async ({
  page,
  site,
}) => {
  const warnings = hearWarnings(page)
  const slots = [
    { content: { action: 'throw' } },
    { content: { action: 'wait' } },
    { content: { class: 'k', more: [{ action: 'paint' }, { action: 'throw' }] }, attributes: 'id="four"' },
    { content: { action: 'missing' } },
    { content: { action: 'constructor' } },
  ]
  // While analytics are pending, exposures are told and stay in memory.
  const consent = { personalization: 'denied', analytics: 'pending' } as const
  const outcomes = await open(page, site, { slots, after: ACTIONS, deadlineMs: 3_000, consent })
  expect(outcomes.map(({ state, cause }) => [state, cause])).toEqual([
    [3, 'error'],
    [3, 'error'],
    [3, 'error'],
    [3, 'timeout'],
    [3, 'timeout'],
  ])
  expect(await getHtml(page)).toEqual([
    '><p>base</p>',
    '><p>base</p>',
    'id="four"><p>base</p>',
    '><p>base</p>',
    '><p>base</p>',
  ])
  expect(await page.evaluate('notes')).toEqual(['paint four {}', 'undo four'])
  await until(page, 'exposures.length === 5')
  expect(await page.evaluate<string[][]>('exposures')).toEqual([
    ['x0', 'error'],
    ['x1', 'error'],
    ['x2', 'error'],
    ['x3', 'timeout'],
    ['x4', 'timeout'],
  ])
  await expect.poll(() => warnings.length).toBe(5)
  const said = [
    '"throw" was not done',
    '"wait" was not done',
    '"throw" was not done',
    '"missing" is not there',
    '"constructor" is not there',
  ]
  said.forEach((text, index) => expect(warnings[index]).toContain(text))
  expect((await readReport(page)).errors).toEqual([])
})

test('a slot waits for its action until the deadline, and the action for the element to go', async ({ page, site }) => {
  const slots = [
    { content: { action: 'late', more: [{ action: 'later' }] }, attributes: 'id="five"' },
    { content: { style: { color: 'red' } } },
  ]
  await page.goto(site.open({ slots, after: NOTES, deadlineMs: 20_000 }))
  await until(page, `unblink.slots.x1.state === 2 && 'place' in unblink`)
  const give = (name: string) =>
    page.evaluate(
      `unblink.push('action', '${name}', ({ id }) => { notes.push('${name} ' + id); return () => notes.push('undo ${name}') })`,
    )
  await give('late')
  expect(await page.evaluate('[unblink.slots.x0.state < 2, notes.length]')).toEqual([true, 0])
  await give('later')
  await until(page, 'unblink.slots.x0.state === 2')
  expect(await page.evaluate('notes')).toEqual(['late five', 'later five'])
  // What is only moved has not gone.
  await page.evaluate(`document.body.prepend(five)`)
  await page.evaluate(`history.pushState(null, '', '/next'); five.remove()`)
  await until(page, 'notes.length === 4')
  expect((await page.evaluate<string[]>('notes')).sort()).toEqual([
    'late five',
    'later five',
    'undo late',
    'undo later',
  ])
})
