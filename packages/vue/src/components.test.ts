import { defineComponent } from 'vue'
import { expect, test } from 'vitest'
import type { CheckComponents, ComponentMap } from './components.ts'

interface Known {
  readonly Offer: { readonly title: string }
}

/** As `createUnblink` takes them, in a project whose site is known. */
const take = <Map extends ComponentMap>(map: Map & CheckComponents<Map, Known>) => Object.keys(map)

const Offer = defineComponent({ props: { title: { type: String, required: true }, note: String } })
const Price = defineComponent({ props: { price: { type: Number, required: true } } })
const Untyped: ComponentMap[string] = { render: () => null }

test('only components of the site compile, and only those that take what its contents give', () => {
  expect(take({ Offer })).toEqual(['Offer'])
  expect(take({ Offer: ({ title }: { title: string }) => title })).toEqual(['Offer'])
  expect(take({ Offer: Untyped })).toEqual(['Offer'])
  // @ts-expect-error -- the site has no such component
  expect(take({ Ofer: Offer })).toEqual(['Ofer'])
  // @ts-expect-error -- the site's contents give it no price
  expect(take({ Offer: Price })).toEqual(['Offer'])
})
