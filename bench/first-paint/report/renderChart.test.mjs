import { expect, test } from 'vitest'
import { parseScenario } from '../scenarios.mjs'
import { renderChart } from './renderChart.mjs'

const toResult = (contender, rest) => ({
  scenario: '100ms',
  contender,
  title: contender,
  kind: 'peer',
  runs: 4,
  flickers: 0,
  pageHiddenMs: 0,
  ...rest,
})
const draw = (...results) => renderChart([parseScenario('100ms')], results)

test('bars stand in the order of their length within a kind, ours first', () => {
  const svg = draw(
    toResult('slow', { variantMs: 300 }),
    toResult('quick', { variantMs: 200 }),
    toResult('ours', { variantMs: 250, kind: 'unblink' }),
  )
  const places = ['ours', 'quick', 'slow'].map((name) => svg.indexOf(`>${name}<`))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places).not.toContain(-1)
})

test('a flicker and a blank page are drawn, and only where there are some', () => {
  const svg = draw(
    toResult('blinks', { variantMs: 300, flickers: 4, flickerMs: 90 }),
    toResult('blanks', { variantMs: 300, visibleMs: 300, pageHiddenMs: 120 }),
  )
  const bars = svg.slice(svg.indexOf('class="panel"'))
  expect(bars.match(/class="wrong"/g)).toHaveLength(1)
  expect(bars.match(/class="blank"/g)).toHaveLength(1)
})

test('who never shows the variant, or fails every time, has words instead of a bar', () => {
  expect(draw(toResult('late', {}))).toContain('>never<')
  expect(draw(toResult('broken', { runs: 0 }))).toContain('>every run failed<')
})

test('a title cannot break the picture', () => {
  expect(draw(toResult('odd', { title: 'a < b & c', variantMs: 10 }))).toContain('a &#60; b &#38; c')
})
