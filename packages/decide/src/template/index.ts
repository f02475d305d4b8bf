export { render, type RenderOptions } from './render.ts'
