import { expect, test } from 'vitest'
import { scrubText } from './scrubText.ts'

test.each([
  ['mail ann.b+c@mail.example.org now', 'mail [removed] now'],
  ['/u/ann%40example.org/edit', '/u/[removed]/edit'],
  ['card 4111 1111 1111 1111.', 'card [removed].'],
  ['5500-0055-5555-5559', '[removed]'],
  ['t=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 't=[removed]'],
])('%s is scrubbed', (text, clean) => expect(scrubText(text)).toBe(clean))

test.each([
  'Loans and mortgages in 2026: 3.4 % @ your bank',
  '/articles/a-very-long-title-about-something-of-2026-in-many-words',
  'Order 4111111111111112',
  'campaign 120210000000000017',
  'Donaudampfschifffahrtsgesellschaftskapitän',
])('%s stays', (text) => expect(scrubText(text)).toBe(text))
