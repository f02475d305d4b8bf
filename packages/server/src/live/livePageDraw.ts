/**
 * The right half of the live view: what the events have taught. Runs in the page, after `make`, `byId`, `fill` and
 * `livePageTrail`. Text only ever becomes a text node.
 */
export const livePageDraw = `
const SVG = 'http://www.w3.org/2000/svg'
const draw = (tag, attributes, ...children) => {
  const element = document.createElementNS(SVG, tag)
  for (const name in attributes) element.setAttribute(name, attributes[name])
  element.append(...children)
  return element
}
const seconds = (ms) => (ms < 60000 ? (ms / 1000).toFixed(1) + ' s' : Math.floor(ms / 60000) + ' min ' + Math.round((ms % 60000) / 1000) + ' s')
const whole = (value) => (typeof value === 'number' ? Math.round(value).toLocaleString('en') : '–')
const chips = (names, none) =>
  names.length ? names.map((name) => make('li', 'chip', name)) : [make('li', 'quiet', none)]
const cells = (...values) => values.map((value) => (value instanceof Node ? value : make('td', '', value)))
const numbers = (...values) => values.map((value) => make('td', 'number', value))

function drawFacts(profile) {
  const { visits = {}, views = {}, generation } = profile
  const active = (views.latest || []).reduce((sum, view) => sum + (view.activeMs || 0), 0)
  const facts = [['Visits', whole(visits.count)], ['Pages', whole(views.count)], ['Active', seconds(active)], ['Generation', whole(generation)]]
  fill('facts', facts.map(([name, value]) => {
    const group = make('div')
    group.append(make('dt', '', name), make('dd', '', value))
    return group
  }))
}

/** Same curve as the server's scores: 25 active seconds are worth 63 of 100. */
const toScore = (activeSeconds) => Math.round(100 * (1 - Math.exp(-activeSeconds / 25)))

function drawInterests({ interests = {} }) {
  const ranked = Object.entries(interests).sort(([, a], [, b]) => b.score - a.score)
  fill('interests', ranked.map(([id, { score }], index) => {
    const bar = make('div', index ? 'bar' : 'bar first')
    const rail = make('div', 'rail')
    const level = make('div', 'fill')
    level.style.width = toScore(score) + '%'
    rail.append(level)
    bar.append(make('span', 'name', id), rail, make('span', 'number', toScore(score) + ' of 100'))
    bar.title = score.toFixed(1) + ' active seconds, faded with time'
    return bar
  }))
  byId('no-interests').hidden = ranked.length > 0
}

function drawHoldings({ holdings = [], conversions = {}, custom = {} }) {
  fill('holdings', chips(holdings, 'none known'))
  fill('conversions', chips(Object.entries(conversions).map(([goal, { count }]) => goal + ' × ' + count), 'none yet'))
  const set = Object.keys(custom)
  byId('custom-box').hidden = !set.length
  fill('custom', set.map((name) => make('li', 'chip', name + ': ' + JSON.stringify(custom[name]))))
}

function drawTrail(events) {
  const latest = events.findLast((event) => event.t === 'pointer')
  byId('no-trail').hidden = !!latest
  byId('trail-box').hidden = !latest
  if (!latest) return
  // A repeated stretch replaces itself; stretches of one view are drawn together.
  const stretches = new Map()
  for (const event of events) if (event.t === 'pointer' && event.pv === latest.pv) stretches.set(event.p.rev, event.p)
  const [width, height] = latest.p.viewport
  const dot = Math.max(width, height) / 200
  const shapes = []
  const over = new Map()
  let count = 0
  let last
  for (const stretch of [...stretches.values()].sort((a, b) => a.rev - b.rev)) {
    const points = livePageTrail(stretch)
    shapes.push(draw('polyline', { points: points.map(({ x, y }) => x + ',' + y).join(' ') }))
    for (const point of points) {
      count++
      if (point.slot) over.set(point.slot, (over.get(point.slot) || 0) + 1)
      shapes.push(draw('circle', { cx: point.x, cy: point.y, r: dot, class: point.slot ? 'over' : '' }))
      last = point
    }
  }
  if (last) shapes.push(draw('circle', { cx: last.x, cy: last.y, r: dot * 2.4, class: 'last' }))
  const picture = byId('trail')
  picture.setAttribute('viewBox', '0 0 ' + width + ' ' + height)
  picture.replaceChildren(draw('title', {}, 'Trail of the ' + latest.p.kind + ' on ' + latest.lo), ...shapes)
  byId('trail-words').textContent = count + (count === 1 ? ' point on ' : ' points on ') + latest.lo + ', window of ' + width + ' × ' + height
  fill('trail-slots', chips([...over].map(([slot, points]) => slot + ' ' + Math.round((100 * points) / count) + ' %'), 'over no slot'))
}

function drawExposures(events) {
  const latest = events.filter((event) => event.t === 'exposure').slice(-8).reverse()
  byId('no-exposures').hidden = latest.length > 0
  byId('exposures-box').hidden = !latest.length
  fill('exposures', latest.map(({ p }) => {
    const row = make('tr')
    row.append(
      ...cells(p.slot, make('td', 'outcome outcome-' + p.outcome, p.outcome), p.variant || '–'),
      ...numbers(whole(p.hiddenMs), whole(p.profileMs)),
    )
    return row
  }))
}

function drawViews(events) {
  const views = new Map()
  for (const event of events) {
    if (event.t === 'attributes') continue // a server's, of no page
    const view = views.get(event.pv) || { place: event.lo }
    views.set(event.pv, view)
    if (event.t === 'engagement' && !(event.p.rev < view.rev)) Object.assign(view, event.p)
    if (event.t === 'scroll') view.percent = Math.max(view.percent || 0, event.p.maxPercent)
  }
  const latest = [...views.values()].slice(-6).reverse()
  byId('no-views').hidden = latest.length > 0
  byId('views-box').hidden = !latest.length
  fill('views', latest.map((view) => {
    const row = make('tr')
    row.append(
      ...cells(view.place),
      ...numbers(
        view.visibleMs === undefined ? '–' : seconds(view.visibleMs),
        view.activeMs === undefined ? '–' : seconds(view.activeMs),
        view.percent === undefined ? '–' : Math.round(view.percent) + ' %',
      ),
    )
    return row
  }))
}
`
