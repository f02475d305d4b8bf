export { startShop } from './serve.ts'
