import { expect, test } from 'vitest'
import { getBootConfig } from './getBootConfig.ts'
import { injectHead } from './injectHead.ts'
import { renderHead } from './renderHead.ts'

const options = getBootConfig({ keys: { browser: 'pk_test' }, slots: { hero: {} } })
const { snippetHtml, runtimeHtml } = renderHead(options)

/** Where the snippet goes is written as `|`, and where the runtime's tag goes as `~`: right behind it where it is not there. */
test.each([
  ['<!doctype html><html lang="en"><head>|<title>T</title>~</head><body></body></html>'],
  ['<html><head id="h">|\n  <title>T</title>~</head></html>'],
  ['<!doctype html><html><head>\n<meta charset="utf-8">|\n<title>T</title>'],
  ['<head><!-- a --><META http-equiv="Content-Type" content="text/html; charset=utf-8">|<link rel="icon">'],
  ['<head>|<!-- a --><title>T</title><!-- b --><meta charset="utf-8">'],
  ['<head>|<script>1</script><meta charset="utf-8"><title>T</title>'],
  ['<!doctype html><html>|<title>T</title><header>The page</header>'],
  ['<!doctype html>|<title>T</title>'],
  ['|<h1>Hello</h1>'],
  ['<html>|<title>T</title>~<body class="a">'],
  ['<head>|<base href="https://cdn.example.com/"></head>'],
])('%s', (marked) => {
  const page = marked.replace(/[|~]/g, '')
  const expected = marked.includes('~')
    ? marked.replace('~', `${runtimeHtml}\n`)
    : marked.replace('|', `|\n${runtimeHtml}`)
  const whole = injectHead(page, options)
  expect(whole).toBe(expected.replace('|', () => `\n${snippetHtml}`))
  expect(injectHead(whole, options)).toBe(whole)
})
