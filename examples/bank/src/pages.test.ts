import { expect, test } from 'vitest'
import { PAGES, readPage, renderPage } from './pages.ts'

const demo = { profile: 'late', unblink: 'on' } as const

test.each(Object.entries(PAGES))('%s is whole: parts put in, one head, one main, one demo bar', (path, name) => {
  const html = renderPage(readPage(name), { head: '<script>1</script>', path, demo, holdings: [] }).join('')
  expect(html).not.toMatch(/<!--(include|unblink|chunk)/)
  expect(html.match(/<main /g)).toHaveLength(1)
  expect(html.match(/id="forget"/g)).toHaveLength(1)
  expect(html.indexOf('<script>1</script>')).toBeLessThan(html.indexOf('rel="stylesheet"'))
})

test('every slot of the home page is cut by a chunk boundary, and the first chunk ends with the head', () => {
  const chunks = renderPage(readPage('home'), { head: '', path: '/', demo, holdings: [] })
  expect(chunks[0]?.trimEnd()).toMatch(/<\/head>$/)
  for (const slot of ['home.hero', 'home.promo', 'home.help']) {
    const start = chunks.find((chunk) => chunk.includes(`data-unblink="${slot}"`)) ?? ''
    expect(start).not.toMatch(/<\/section>\s*$/)
    expect(start.slice(start.indexOf(slot))).not.toContain('</section>')
  }
})

test('the page says where one is, how the demo is set and what one holds', () => {
  const html = renderPage(readPage('login'), { head: '$&', path: '/cards', demo, holdings: ['card'] }).join('')
  expect(html).toContain('<a href="/cards" aria-current="page">')
  expect(html).toContain('href="?profile=late" aria-current="true"')
  expect(html).toContain('href="?unblink=on" aria-current="true"')
  expect(html).toContain('data-session="in"')
  expect(html).toMatch(/value="card" checked/)
  expect(html).not.toMatch(/value="savings" checked/)
  expect(html).toContain('$&')
})
