import type { Component } from 'svelte'
import { expect, test } from 'vitest'
import type { CheckComponents, ComponentMap } from './components.ts'

interface Known {
  readonly Offer: { readonly title: string }
}

/** As `setUnblink` takes them, in a project whose site is known. */
const take = <Map extends ComponentMap>(map: Map & CheckComponents<Map, Known>) => Object.keys(map)

const Offer: Component<{ title: string; note?: string }> = () => ({})
const Price: Component<{ price: number }> = () => ({})

test('only components of the site compile, and only those that take what its contents give', () => {
  expect(take({ Offer })).toEqual(['Offer'])
  // @ts-expect-error -- the site has no such component
  expect(take({ Ofer: Offer })).toEqual(['Ofer'])
  // @ts-expect-error -- the site's contents give it no price
  expect(take({ Offer: Price })).toEqual(['Offer'])
})
