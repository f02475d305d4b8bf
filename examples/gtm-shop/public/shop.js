// The shop's own script: a cart in this browser, the GA4 events that go with it, and the consent banner.
const layer = (window.dataLayer = window.dataLayer || [])
const CURRENCY = 'EUR'
const read = () => JSON.parse(sessionStorage.getItem('cart') || '[]')
const write = (items) => sessionStorage.setItem('cart', JSON.stringify(items))
const sum = (items) => items.reduce((total, { price, quantity }) => total + price * quantity, 0)

function tell(event, items, more = {}) {
  layer.push({ ecommerce: null })
  layer.push({ event, ecommerce: { currency: CURRENCY, value: sum(items), items, ...more } })
}

function showCount() {
  document.querySelector('#cart-count').textContent = String(read().length)
}

function showCart(list) {
  list.replaceChildren(
    ...read().map((item, index) => {
      const line = document.createElement('li')
      const remove = document.createElement('button')
      remove.type = 'button'
      remove.textContent = 'Remove'
      remove.onclick = () => {
        write(read().filter((_, other) => other !== index))
        tell('remove_from_cart', [item])
        showCart(list)
        showCount()
      }
      line.append(`${item.item_name}, €${item.price} `, remove)
      return line
    }),
  )
  if (!list.children.length) list.append('Nothing yet.')
}

document.querySelector('[data-add]')?.addEventListener('click', ({ currentTarget }) => {
  const item = JSON.parse(currentTarget.dataset.add)
  write([...read(), item])
  tell('add_to_cart', [item])
  currentTarget.textContent = 'In your cart'
  showCount()
})

const cart = document.querySelector('#cart')
if (cart) {
  showCart(cart)
  tell('view_cart', read())
}

// The visitor is sent on when the tags have had the event, as GTM's documentation has it.
document.querySelector('[data-buy]')?.addEventListener('click', (event) => {
  const items = read()
  const { href } = event.currentTarget
  event.preventDefault()
  layer.push({ ecommerce: null })
  layer.push({
    event: 'begin_checkout',
    ecommerce: { currency: CURRENCY, value: sum(items), items },
    eventCallback: () => location.assign(href),
    eventTimeout: 2000,
  })
})

const order = document.querySelector('#order')
if (order && read().length) {
  const items = read()
  tell('purchase', items, { transaction_id: `N${Date.now()}` })
  order.textContent = `€${sum(items)} in all.`
  write([])
}
showCount()

const TYPES = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'personalization_storage']
for (const button of document.querySelectorAll('[data-consent]'))
  button.addEventListener('click', () => {
    const state = button.dataset.consent
    document.cookie = `consent=${state}; path=/; max-age=31536000; samesite=lax`
    document.querySelector('#consent').hidden = true
    window.gtag('consent', 'update', Object.fromEntries(TYPES.map((type) => [type, state])))
  })

// What the demonstration shows of the data layer, four times a second.
const log = document.querySelector('#layer')
let shown = 0
setInterval(() => {
  for (const item of layer.slice(shown)) {
    const line = document.createElement('li')
    const name = item.event ?? (item.length ? Array.from(item).slice(0, 2).join(' ') : '')
    if (!name || name.startsWith('gtm.')) continue
    const detail = item.exp_variant_string ?? item.unblink?.outcome ?? item.ecommerce?.items?.[0]?.item_category2 ?? ''
    line.className = name.startsWith('unblink') || item.exp_variant_string ? 'out' : 'in'
    line.textContent = `${name} ${detail}`
    log.append(line)
  }
  shown = layer.length
}, 250)
