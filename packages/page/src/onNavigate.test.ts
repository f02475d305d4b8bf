import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onNavigate } from './onNavigate.ts'

/** A window with a history, as far as addresses go; `popstate` as the browser fires it. */
class FakeHistory {
  pushState(_state: unknown, _title: string, address: string) {
    place.href = new URL(address, place.href).href
  }
  replaceState(_state: unknown, _title: string, address: string) {
    this.pushState(null, '', address)
  }
}
let place: { href: string }
let page: EventTarget

beforeEach(() => {
  place = { href: 'https://shop.example/' }
  page = new EventTarget()
  vi.stubGlobal('location', place)
  vi.stubGlobal('history', new FakeHistory())
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
})
afterEach(() => void vi.unstubAllGlobals())

const seen = () => {
  const addresses: string[] = []
  return { addresses, note: (href: string) => void addresses.push(href) }
}

test('tells of routes, fragments and the way back, where there is no Navigation API', async () => {
  const { addresses, note } = seen()
  onNavigate(note)
  history.pushState(null, '', '/a')
  await Promise.resolve()
  history.replaceState(null, '', '/a#b')
  await Promise.resolve()
  place.href = 'https://shop.example/'
  page.dispatchEvent(new Event('popstate'))
  await Promise.resolve()
  expect(addresses).toEqual(['https://shop.example/a', 'https://shop.example/a#b', 'https://shop.example/'])
})

test('counts what happens in one task once, and what is taken back not at all', async () => {
  const { addresses, note } = seen()
  onNavigate(note)
  history.pushState(null, '', '/a')
  history.replaceState(null, '', '/b')
  await Promise.resolve()
  history.pushState(null, '', '/c')
  history.replaceState(null, '', '/b')
  history.replaceState({ scroll: 10 }, '', '/b')
  await Promise.resolve()
  expect(addresses).toEqual(['https://shop.example/b'])
})

test('after the undo nothing of ours is left', async () => {
  const { addresses, note } = seen()
  const undo = onNavigate(note)
  history.pushState(null, '', '/a')
  undo()
  await Promise.resolve()
  expect(Object.keys(history)).toEqual([])
  history.pushState(null, '', '/b')
  await Promise.resolve()
  expect(addresses).toEqual([])
})

test('the undo leaves alone whoever has wrapped history after us', async () => {
  const { addresses, note } = seen()
  const undo = onNavigate(note)
  const ours = history.pushState
  const calls: unknown[] = []
  const theirs: History['pushState'] = function (this: History, ...values) {
    calls.push(values[2])
    ours.apply(this, values)
  }
  history.pushState = theirs
  undo()
  expect(history.pushState).toBe(theirs)
  history.pushState(null, '', '/a')
  await Promise.resolve()
  expect(place.href).toBe('https://shop.example/a')
  expect(calls).toEqual(['/a'])
  expect(addresses).toEqual([])
})

test('uses the Navigation API where there is one, and leaves history alone', async () => {
  const navigation = new EventTarget()
  vi.stubGlobal('navigation', navigation)
  const { addresses, note } = seen()
  const undo = onNavigate(note)
  expect(Object.keys(history)).toEqual([])
  place.href = 'https://shop.example/a'
  navigation.dispatchEvent(new Event('currententrychange'))
  await Promise.resolve()
  undo()
  place.href = 'https://shop.example/b'
  navigation.dispatchEvent(new Event('currententrychange'))
  await Promise.resolve()
  expect(addresses).toEqual(['https://shop.example/a'])
})
