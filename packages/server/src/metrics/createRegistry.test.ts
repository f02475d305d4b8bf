import { expect, test } from 'vitest'
import { createRegistry } from './createRegistry.ts'

test('a counter is there with 0 before anything happened, and adds up by value', () => {
  const registry = createRegistry()
  const plain = registry.counter('a_total', 'How many.')
  const split = registry.counter('b_total', 'Which.', 'code', ['size'])
  expect(registry.format()).toContain('a_total 0\n')
  expect(registry.format()).toContain('b_total{code="size"} 0\n')
  plain.add(2)
  plain.add()
  split.add(1, 'size')
  split.add(4, 'other')
  expect(registry.format()).toBe(
    [
      '# HELP a_total How many.',
      '# TYPE a_total counter',
      'a_total 3',
      '# HELP b_total Which.',
      '# TYPE b_total counter',
      'b_total{code="size"} 1',
      'b_total{code="other"} 4',
      '',
    ].join('\n'),
  )
  expect([split.get(), split.get('other'), split.get('none')]).toEqual([5, 4, 0])
})

test('a histogram counts each value in every bucket at or above it', () => {
  const registry = createRegistry()
  const histogram = registry.histogram('ms', 'Time.', [1, 10])
  ;[0.5, 1, 2, 99].forEach((value) => histogram.observe(value))
  expect(registry.format().split('\n').slice(2)).toEqual([
    'ms_bucket{le="1"} 2',
    'ms_bucket{le="10"} 3',
    'ms_bucket{le="+Inf"} 4',
    'ms_sum 102.5',
    'ms_count 4',
    '',
  ])
})

test('a gauge is read when asked, and nothing breaks out of a label or a help text', () => {
  const registry = createRegistry()
  let value = 1
  registry.gauge('g', 'Two\nlines \\', () => value)
  registry.gauge('h', 'By kind.', () => ({ 'a"b\n': 7 }), 'kind')
  value = 5
  expect(registry.format().split('\n')).toEqual([
    '# HELP g Two\\nlines \\\\',
    '# TYPE g gauge',
    'g 5',
    '# HELP h By kind.',
    '# TYPE h gauge',
    'h{kind="a\\"b\\n"} 7',
    '',
  ])
})
