import { expect, test } from 'vitest'
import { findHeadEnd } from './findHeadEnd.ts'

/** The end is written as `|`. */
test.each([
  ['<head><title>T</title>|</head><body></body>'],
  ['<HEAD><link rel="icon">|</HEAD ><body>'],
  ['<head><meta name="a" content="</head>"><meta name=b>|</head>'],
  ["<head><meta name='a' content='\"</head>'>|</head>"],
  ['<head><!-- </head> -->|</head>'],
  ['<head><script>a("</head>", a < b)</script><style>/* </head> */</style>|</head>'],
  ['<head><title></head></title><noscript></head></noscript><template></head></template>|</head>'],
  ['<head><title>No end</title>|<body class="a"><p></head></p>'],
  ['<head><script src="a.js" data-a="</script>"></script>|</head>'],
  ['<head><header-like></header-like>|</head>'],
])('%s', (marked) => {
  expect(findHeadEnd(marked.replace('|', ''), 0)).toBe(marked.indexOf('|'))
})

test.each([
  ['a part of a document', '<head><title>T</title><link rel="icon">'],
  ['a part that ends in a script', '<head><script>a("</head>")'],
  ['a part that ends in a comment', '<head><!-- </head>'],
  ['a page with another base', '<head><base href="https://cdn.example.com/"></head>'],
  ['no head', '<h1>Hello</h1>'],
])('none in %s', (_what, document) => {
  expect(findHeadEnd(document, 0)).toBeUndefined()
})

test('what comes before the index does not count', () => {
  const document = '</head><head></head>'
  expect(findHeadEnd(document, 7)).toBe(13)
})
