/** So many clicks of a visitor change what is decided for them, each to another variant. */
export const CLICKS = 5

const toOffer = (clicks) => ({
  id: `after-${clicks}`,
  slot: 'page.offer',
  kind: 'personalization',
  priority: clicks,
  audience: `clicked-${clicks}`,
  variants: [{ id: 'offer', content: { html: `<div class="box"><h2>After ${clicks}</h2></div>` } }],
})

const numbers = Array.from({ length: CLICKS }, (_, index) => index + 1)

/** A site whose offer depends on how often the visitor has clicked the button: counted by the server, from the events. */
export const site = {
  id: 'loop',
  keys: { browser: 'loop-page', server: 'only-for-the-benchmark' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { 'page.top': {}, 'page.offer': {} },
  attributes: {
    wishes: { kind: 'count', on: { event: 'interaction', where: { kind: 'click', target: 'button#wish' } } },
  },
  audiences: Object.fromEntries(numbers.map((clicks) => [`clicked-${clicks}`, { wishes: { $gte: clicks } }])),
  experiences: [
    {
      id: 'top',
      slot: 'page.top',
      kind: 'personalization',
      variants: [{ id: 'hello', content: { html: '<div class="box"><h2>Hello</h2></div>' } }],
    },
    ...numbers.map(toOffer),
  ],
}

export const renderPage = (head) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<link rel="icon" href="data:,">${head}<style>body{margin:0;font:16px/1.5 sans-serif}.box{height:200px}.tall{height:2000px}</style></head>
<body><section data-unblink="page.top"><div class="box"><h2>Default</h2></div></section>
<button id="wish" type="button">I want that</button><div class="tall"></div>
<section data-unblink="page.offer"><div class="box"><h2>Default</h2></div></section></body></html>`
