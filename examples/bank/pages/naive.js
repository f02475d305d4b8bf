// How a page is personalised without Unblink: wait for the load event, ask, then replace what can already be seen.
// Served instead of the snippet with ?unblink=off, as the control that flicker is measured against.
async function swapNaively() {
  const slots = [...document.querySelectorAll('[data-unblink]')]
  if (!slots.length) return
  const reply = await fetch('/u/v1/p', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({
      v: 1,
      key: 'pk_bank_demo',
      slots: Object.fromEntries(slots.map((slot) => [slot.dataset.unblink, {}])),
      url: location.pathname,
      referrer: document.referrer,
      consent: { personalization: 'granted', analytics: 'granted' },
    }),
  })
  if (!reply.ok) return
  const { decisions = [] } = await reply.json()
  for (const { slot: name, content } of decisions) {
    const slot = slots.find((element) => element.dataset.unblink === name)
    if (!slot || !content) continue
    if (content.html) slot.innerHTML = content.html
    if (content.text) slot.textContent = content.text
  }
}

// Whatever fails, the default content simply stays.
const start = () => swapNaively().catch(() => {})
if (document.readyState === 'complete') start()
else addEventListener('load', start)
