import { expect, test } from 'vitest'
import { onHidden, onRestore, onVisible, whenActivated, whenIdle } from './index.ts'

// Node stands for every place without a window: a worker, a server that renders.
test.each([
  ['onHidden', onHidden],
  ['onVisible', onVisible],
  ['onRestore', onRestore],
])('%s does nothing where there is no window', (_name, on) => {
  const undo = on(() => expect.unreachable())
  undo()
})

test('what waits for activation happens at once where nothing is prerendered', () => {
  let count = 0
  whenActivated(() => count++)()
  expect(count).toBe(1)
})

test('what waits for idleness happens where there are no idle callbacks, and can be called off', async () => {
  let count = 0
  whenIdle(() => count++)()
  await new Promise<void>((resolve) => whenIdle(resolve))
  expect(count).toBe(0)
})
