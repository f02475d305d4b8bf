import { CATEGORIES, PRODUCTS, toItem, type CategoryId, type Product } from './catalog.ts'
import type { ShopSwitch } from './shopSwitch.ts'

/** What the pages have in common. */
export interface Frame {
  readonly head: string
  readonly shop: ShopSwitch
}

const CURRENCY = 'EUR'

/** JSON that may stand in a script element. */
const toJson = (value: unknown) => JSON.stringify(value).replace(/</g, '\\u003c')

/** What any shop with GA4 has in its pages. Nothing here knows of Unblink. */
const pushEvent = (event: string, ecommerce: object) =>
  `<script>window.dataLayer = window.dataLayer || []; dataLayer.push({ ecommerce: null }); dataLayer.push(${toJson({ event, ecommerce })})</script>`

/** A picture of the category in three strokes. */
const DRAWINGS: Readonly<Record<CategoryId, string>> = {
  boots: '<path d="M34 20h22v30l26 12c6 3 8 8 8 14H30z"/><path d="M26 80h68v8H26z"/>',
  tents: '<path d="M60 20 104 88H72L60 62 48 88H16z"/><path d="M10 88h100v6H10z"/>',
  jackets: '<path d="M44 20h32l26 20-8 16-12-6v44H38V50l-12 6-8-16z"/><path d="M58 24h4v66h-4z" class="line"/>',
}

const draw = (category: CategoryId) =>
  `<svg class="art art-${category}" viewBox="0 0 120 108" aria-hidden="true" focusable="false">${DRAWINGS[category]}</svg>`

const toCard = (product: Product) => `<li class="card"><a href="/p/${product.id}">${draw(product.category)}
  <span class="name">${product.name}</span> <span class="price">€${product.price}</span></a></li>`

const renderChoice = (shop: ShopSwitch, name: keyof ShopSwitch, value: string, label: string) =>
  `<a href="?${name}=${value}"${shop[name] === value ? ' aria-current="true"' : ''}>${label}</a>`

function renderFrame({ head, shop }: Frame, title: string, body: string): string {
  const choose = (name: keyof ShopSwitch, value: string, label: string) => renderChoice(shop, name, value, label)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Northpath</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop.css">
</head>
<body>
<header class="wrap top"><a class="brand" href="/">Northpath</a>
  <nav aria-label="Main">${Object.entries(CATEGORIES)
    .map(([id, name]) => `<a href="/c/${id}">${name}</a>`)
    .join(' ')}</nav>
  <a class="cart" href="/cart">Cart <b id="cart-count">0</b></a></header>
<main class="wrap">${body}</main>
<section class="consent wrap" id="consent" aria-label="Consent"${shop.consent === 'ask' ? '' : ' hidden'}>
  <p>May we remember what you look at, to show you more of it?</p>
  <p><button type="button" data-consent="granted">Yes</button> <button type="button" data-consent="denied">No</button></p>
</section>
<footer class="demo"><div class="wrap">
  <p><b>Unblink starts</b> ${choose('start', 'gtm', 'from GTM')} ${choose('start', 'head', 'in the head')}
  <b>Consent</b> ${choose('consent', 'ask', 'ask')} ${choose('consent', 'granted', 'granted')} ${choose('consent', 'denied', 'denied')}
  <b>Containers</b> ${choose('gtm', 'one', 'one')} ${choose('gtm', 'two', 'two')} ${choose('gtm', 'none', 'none')}
  <a href="/u/live">live view</a></p>
  <details open><summary>What the data layer of this page holds</summary><ol id="layer"></ol></details>
</div></footer>
<script src="/shop.js"></script>
</body>
</html>`
}

export const renderHome = (frame: Frame): string =>
  renderFrame(
    frame,
    'Outdoor gear',
    `<section class="slot" data-unblink="home.hero" aria-label="Featured"><div class="hero hero-default">
  <p class="kicker">Northpath</p><h1>Out there is closer than you think</h1>
  <p>Boots, tents and jackets, made to be repaired and meant to be used.</p>
  <p><a class="button" href="/c/boots">Have a look around</a></p></div></section>
<section class="slot" data-unblink="home.note" aria-label="Note"><p class="note">Returns are free for thirty days.</p></section>
<h2>From every corner of the shop</h2><ul class="cards">${PRODUCTS.map(toCard).join('')}</ul>`,
  )

export function renderCategory(frame: Frame, id: CategoryId): string {
  const products = PRODUCTS.filter(({ category }) => category === id)
  const list = { item_list_id: id, item_list_name: CATEGORIES[id], items: products.map(toItem) }
  return renderFrame(
    frame,
    CATEGORIES[id],
    `${pushEvent('view_item_list', list)}<h1>${CATEGORIES[id]}</h1><ul class="cards">${products.map(toCard).join('')}</ul>`,
  )
}

export function renderProduct(frame: Frame, product: Product): string {
  const sale = { currency: CURRENCY, value: product.price, items: [toItem(product)] }
  return renderFrame(
    frame,
    product.name,
    `${pushEvent('view_item', sale)}<article class="product">${draw(product.category)}<div>
  <p class="kicker">${product.levels.join(' / ')}</p><h1>${product.name}</h1><p>${product.text}</p>
  <p class="price">€${product.price}</p>
  <p><button type="button" class="button" data-add="${toJson(toItem(product)).replace(/"/g, '&quot;')}">Put into cart</button></p></div></article>`,
  )
}

export const renderCart = (frame: Frame): string =>
  renderFrame(
    frame,
    'Cart',
    `<h1>Your cart</h1><ul id="cart" class="lines"></ul>
<p><a class="button" href="/thanks" data-buy>Buy now</a></p>`,
  )

export const renderThanks = (frame: Frame): string =>
  renderFrame(
    frame,
    'Thank you',
    '<h1>Thank you</h1><p>Your order is on its way to the post office.</p><p id="order"></p>',
  )
