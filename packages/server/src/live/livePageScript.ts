import { livePageDraw } from './livePageDraw.ts'
import { livePageSentence } from './livePageSentence.ts'
import { livePageTrail } from './livePageTrail.ts'

/** The live view's script. Nothing of a visitor is ever parsed as HTML: elements are made, and filled with text nodes. */
export const livePageScript = `
'use strict'
const livePageSentence = ${livePageSentence.toString()}
const livePageTrail = ${livePageTrail.toString()}
const MAX_EVENTS = 400
const RETRY_MS = 2000

const byId = (id) => document.getElementById(id)
const make = (tag, className = '', text = '') => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== '') element.textContent = text
  return element
}
const fill = (id, children) => byId(id).replaceChildren(...children)
${livePageDraw}
let source
let retry
let visitor
let profile = {}
let events = []
let isDrawing = false

const STATES = { wait: 'Connecting', live: 'Connected', lost: 'Disconnected, trying again' }
function show(state) {
  byId('status').dataset.state = state
  byId('status').textContent = STATES[state]
}

const toSentence = (event) => {
  try {
    return livePageSentence(event)
  } catch {
    return 'An event that this page cannot read' // of a newer server; the JSON below the line says the rest
  }
}

const two = (value) => String(value).padStart(2, '0')
const toTime = (at) => {
  const date = new Date(at)
  return two(date.getHours()) + ':' + two(date.getMinutes()) + ':' + two(date.getSeconds())
}

function makeRow({ event, receivedAt }, isNew) {
  const row = make('li', 'type-row-' + event.t)
  const details = make('details')
  const summary = make('summary')
  const time = make('time', '', toTime(receivedAt))
  time.dateTime = new Date(receivedAt).toISOString()
  const what = make('span', 'what', toSentence(event))
  if (event.lo) what.append(make('span', 'where', ' · ' + event.lo))
  summary.append(time, make('span', 'type type-' + event.t, event.t), what)
  if (isNew) summary.classList.add('new')
  details.append(summary)
  // Most are never opened.
  details.addEventListener('toggle', () => {
    if (!details.querySelector('pre')) details.append(make('pre', '', JSON.stringify(event, null, 2)))
  })
  row.append(details)
  return row
}

/** At most once a frame, however many events come. */
function drawSoon() {
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    const shown = events.map(({ event }) => event)
    byId('nobody').hidden = !!visitor
    byId('somebody').hidden = !visitor
    byId('forget').disabled = !visitor
    byId('visitor').textContent = visitor || ''
    byId('count').textContent = events.length >= MAX_EVENTS ? 'the last ' + MAX_EVENTS : String(events.length)
    byId('no-events').hidden = events.length > 0
    byId('stream').hidden = !events.length
    drawFacts(profile)
    drawInterests(profile)
    drawHoldings(profile)
    drawTrail(shown)
    drawExposures(shown)
    drawViews(shown)
  })
}

function onSnapshot(data) {
  visitor = data.visitor
  profile = data.profile || {}
  events = (data.events || []).map((item) => (item.event ? item : { event: item, receivedAt: item.at })).slice(-MAX_EVENTS)
  fill('stream', events.map((item) => makeRow(item, false)).reverse())
  drawSoon()
  // The visitor's cookie is set by a page in another window; only a new connection carries it.
  if (!visitor) again()
}

function onEvent(item) {
  events = [...events, item].slice(-MAX_EVENTS)
  byId('stream').prepend(makeRow(item, true))
  while (byId('stream').childElementCount > MAX_EVENTS) byId('stream').lastElementChild.remove()
  drawSoon()
}

function again() {
  source.close()
  clearTimeout(retry)
  retry = setTimeout(connect, RETRY_MS)
}

function connect() {
  const listen = (name, use) => source.addEventListener(name, (message) => use(JSON.parse(message.data)))
  source = new EventSource('v1/live')
  source.addEventListener('open', () => show('live'))
  source.addEventListener('error', () => {
    show('lost')
    // A lost connection is opened again by the browser; one that was refused is not.
    if (source.readyState === EventSource.CLOSED) again()
  })
  listen('snapshot', onSnapshot)
  listen('event', onEvent)
  listen('profile', (next) => {
    profile = next
    drawSoon()
  })
}

byId('calm').addEventListener('change', ({ target }) => byId('stream').classList.toggle('calm', target.checked))
byId('forget').addEventListener('click', async () => {
  const said = byId('said')
  said.textContent = ''
  try {
    const reply = await fetch('v1/visitor', { method: 'DELETE' })
    if (!reply.ok) throw new Error('status ' + reply.status)
    said.textContent = 'Erased.'
    source.close()
    connect()
  } catch (error) {
    said.textContent = 'Could not erase the visitor: ' + error.message
  }
})
show('wait')
connect()
`
