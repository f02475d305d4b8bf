import { expect, test } from 'vitest'
import { parseFlags } from './parseFlags.mjs'

const options = { project: { type: 'string', multiple: true }, list: { type: 'boolean' } }
const parse = (...args) => parseFlags({ usage: '', options, passthrough: true, args })

test('with passthrough, known flags are taken out and everything else stays in its order', () => {
  expect(parse('faults', '--project', 'firefox', '-g', 'holdout', '--headed')).toMatchObject({
    flags: { project: ['firefox'] },
    rest: ['faults', '-g', 'holdout', '--headed'],
  })
})

test('a repeated flag is collected, in both spellings', () => {
  expect(parse('--project=chromium', '--project', 'firefox', '--list').flags).toEqual({
    project: ['chromium', 'firefox'],
    list: true,
  })
})
