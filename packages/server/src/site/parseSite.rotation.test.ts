import type { Content } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { createManifest } from './createManifest.ts'
import { parseSite } from './parseSite.ts'

/** A site with one experience of one variant. */
const withVariant = (variant: object) => ({
  id: 'bank',
  keys: { browser: 'bank-page' },
  slots: { hero: {} },
  experiences: [{ id: 'hero', slot: 'hero', kind: 'personalization', variants: [{ id: 'v', ...variant }] }],
})

const rotating = (over: object, content: Content = { text: 'x' }) =>
  withVariant({ content, rotation: { everyMs: 5_000, contents: [{ text: 'y' }, { text: 'z' }], ...over } })

test('a rotation is kept as written, and so published', () => {
  const labels = { pause: 'Halt', play: 'Los', next: 'Weiter' }
  const site = parseSite(rotating({ labels }))
  if (!site.ok) throw new Error(site.error)
  const rotation = { everyMs: 5_000, contents: [{ text: 'y' }, { text: 'z' }], labels }
  const variants = [{ id: 'v', content: { text: 'x' }, rotation }]
  expect(site.value.experiences[0]?.variants).toEqual(variants)
  expect(createManifest(site.value).experiences[0]?.variants).toEqual(variants)
})

test.each([
  [
    'a rotation too fast to read',
    rotating({ everyMs: 2_999 }),
    'experiences[0].variants[0].rotation.everyMs: expected at least 3000 ms, so that each content can be read, got 2999',
  ],
  ['a rotation slower than a minute', rotating({ everyMs: 60_001 }), 'everyMs: expected at most 60000 ms, got 60001'],
  ['a rotation without a pace', rotating({ everyMs: undefined }), 'rotation.everyMs: missing; add a number'],
  [
    'a rotation of one content',
    rotating({ contents: [] }),
    'rotation.contents: expected the contents that follow `content`, at least one, got a list',
  ],
  [
    'a rotation of ten contents',
    rotating({ contents: Array(9).fill({ text: 'x' }) }),
    'rotation.contents: expected at most 8 contents after the first',
  ],
  [
    'a rotation of nothing',
    rotating({ contents: [{ text: 'y' }, {}] }),
    'experiences[0].variants[0].rotation.contents[1]: the content is empty',
  ],
  [
    'a rotation without a first content',
    withVariant({ rotation: { everyMs: 5_000, contents: [{ text: 'y' }] } }),
    'experiences[0].variants[0]: a rotation goes on from `content`, which is missing; add the content that is shown first',
  ],
  [
    'a rotation of the slot element',
    rotating({ contents: [{ text: 'y', class: 'a' }, { component: 'B' }] }),
    'experiences[0].variants[0]: contents that rotate fill the slot by text, html or template; class and component would change the slot itself',
  ],
  [
    'a rotation whose first content changes the slot element',
    rotating({}, { text: 'x', attributes: { title: 'y' } }),
    'attributes would change the slot itself, so leave that out',
  ],
  [
    'a rotation too large for a reply',
    rotating({ contents: Array(4).fill({ html: 'x'.repeat(7_000) }) }),
    'at most 24576 fit into a reply',
  ],
  [
    'a label without words',
    rotating({ labels: { pause: '' } }),
    'rotation.labels.pause: expected a name for the button',
  ],
  [
    'a misspelt label',
    rotating({ labels: { stop: 'x', pasue: 'y' } }),
    'unknown member "stop", "pasue" (did you mean "pause"?); known here: pause, play, next',
  ],
])('%s: the error names the path, the fault and the remedy', (_name, value, message) => {
  expect(parseSite(value)).toMatchObject({ ok: false, error: expect.stringContaining(message) as string })
})
