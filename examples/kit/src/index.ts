export { runExample, type ExampleCommand } from './runExample.ts'
export { serveAssets, type Assets } from './serveAssets.ts'
export { startExample, type ExampleApp, type ExampleServer, type Place, type StartOptions } from './startExample.ts'
