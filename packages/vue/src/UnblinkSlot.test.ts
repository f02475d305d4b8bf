import { renderToString } from '@vue/server-renderer'
import { createSSRApp, defineComponent, h, type Component } from 'vue'
import { expect, test } from 'vitest'
import { createUnblink, UnblinkSlot, useDecision, useTrack } from './index.ts'

const render = (root: Component) => renderToString(createSSRApp(root).use(createUnblink()))

test('a server renders the default, inside of one child', async () => {
  const html = await render(() =>
    h(UnblinkSlot, { name: 'hero', tag: 'section', class: 'wide', id: 'top' }, () => [h('h1', 'One'), h('p', 'Two')]),
  )
  expect(html).toBe(
    '<section data-unblink="hero" class="wide" id="top"><div style="display: contents"><h1>One</h1><p>Two</p></div></section>',
  )
})

test('a slot without a default is an empty one', async () => {
  const html = await render(() => h(UnblinkSlot, { name: 'hero' }))
  expect(html).toBe('<div data-unblink="hero"><div style="display: contents"></div></div>')
})

test('an island is its HTML and nothing more', async () => {
  const html = await render(() => h(UnblinkSlot, { name: 'note', html: '<p>As it is</p>' }, () => 'Not this'))
  expect(html).toBe('<div data-unblink="note"><p>As it is</p></div>')
})

test('on a server every decision is pending, nothing is tracked, and no runtime is fetched', async () => {
  let fetches = 0
  const Facts = defineComponent(() => {
    const decision = useDecision('hero')
    return () => h('i', JSON.stringify(decision.value))
  })
  const load = async () => {
    fetches++
    return { start: () => () => {} }
  }
  const app = createSSRApp(Facts).use(createUnblink({ runtime: load }))
  expect(await renderToString(app)).toBe('<i>{&quot;isPending&quot;:true}</i>')
  expect(await useTrack().conversion({ goal: 'order' })).toBe(false)
  expect(fetches).toBe(0)
})
