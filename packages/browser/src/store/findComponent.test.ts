import { expect, onTestFinished, test, vi } from 'vitest'
import { findComponent } from './findComponent.ts'

const all = { Offer: 'the offer' }
const ask = (component: string) => ({ isPending: false, content: { component } })

const listen = () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  return warn
}

test('a component is found by its name, and none is looked for where none is asked for', () => {
  const warn = listen()
  expect(findComponent('hero', ask('Offer'), all)).toBe('the offer')
  expect(findComponent('hero', { isPending: true }, all)).toBeUndefined()
  expect(warn).not.toHaveBeenCalled()
})

test('one that the app has not is told once, with what to do', () => {
  const warn = listen()
  for (const times of [1, 2]) expect(findComponent('hero', ask('Ofer'), all), String(times)).toBeUndefined()
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/"hero".*"Ofer".*`components`.*site config/)]])
})

test.each(['toString', '__proto__', 'constructor'])('%s is nothing that the app has given', (name) => {
  listen()
  expect(findComponent('hero', ask(name), all)).toBeUndefined()
})
