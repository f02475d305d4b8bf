import { expect, test } from 'vitest'
import { wrapFunctions } from './wrapFunctions.mjs'

/** Long enough to be worth it. */
const body = '{return [1,2,3,4,5,6,7,8,9].map(each=>each+1).filter(each=>each>2)}'

test('functions that are given a name are put into parentheses, nested ones too', () => {
  expect(wrapFunctions(`const a=()=>${body};`)).toBe(`const a=(()=>${body});`)
  expect(wrapFunctions(`let a;a=x=>${body}`)).toBe(`let a;a=(x=>${body})`)
  expect(wrapFunctions(`var a=()=>{var b=()=>${body};return b},c=()=>${body}`)).toBe(
    `var a=(()=>{var b=(()=>${body});return b}),c=(()=>${body})`,
  )
})

test('functions that end at the same place each have their own', () => {
  expect(wrapFunctions(`var b;var a=()=>b=()=>${body}`)).toBe(`var b;var a=(()=>b=(()=>${body}))`)
})

test('short ones and those without a name stay as they are', () => {
  const code = `const a=()=>1;[1].map(()=>${body});const b={c:()=>${body}};function d()${body}`
  expect(wrapFunctions(code)).toBe(code)
})

test('the program does the same', () => {
  const code = `const add=(a,b)=>{const both=(one,other)=>{const list=[one,other];return list.reduce((sum,each)=>sum+each,0)};return both(a,b)};add(2,3)`
  const wrapped = wrapFunctions(code)
  expect(wrapped).not.toBe(code)
  expect((0, eval)(wrapped)).toBe((0, eval)(code))
})
