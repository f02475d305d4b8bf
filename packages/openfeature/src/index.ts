export { UnblinkProvider } from './UnblinkProvider.ts'
export type { UnblinkProviderOptions } from './UnblinkProvider.ts'
