// What runs wherever there are web-standard requests: a worker at the edge, Deno, Bun, Node. Nothing of Node, no database.
export { createProxy, type ProxyOptions } from './createProxy.ts'
export { getEarlyHints, type EarlyHints, type EarlyHintsInput } from './getEarlyHints.ts'
export { renderReply } from './renderReply.ts'
