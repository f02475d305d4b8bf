export { unblink, type UnblinkPlugin, type UnblinkPluginOptions } from './unblink.ts'
