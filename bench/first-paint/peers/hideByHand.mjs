import { SLOT_SELECTOR } from '../page/renderPage.mjs'

/** What peers recommend to give up after. */
const USUAL_DEADLINE_MS = 3000

/**
 * For peers that neither hide nor change the page themselves: what their user writes beside them. Gives the page
 * `showSlot()` and `fillSlot(html)`, which shows it too.
 */
export const hideByHand = ({ deadlineMs = USUAL_DEADLINE_MS }) => `<script>(function (d) {
  var style = d.createElement('style')
  style.textContent = '${SLOT_SELECTOR} { visibility: hidden }'
  d.head.appendChild(style)
  window.showSlot = function () { style.remove() }
  window.fillSlot = function (html) {
    var slot = d.querySelector('${SLOT_SELECTOR}')
    if (!slot) return d.addEventListener('DOMContentLoaded', function () { fillSlot(html) })
    if (html) slot.innerHTML = html
    showSlot()
  }
  setTimeout(showSlot, ${deadlineMs})
})(document)</script>`
