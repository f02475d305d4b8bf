export { render, type RenderOptions } from './render.ts'
export { renderContent } from './renderContent.ts'
