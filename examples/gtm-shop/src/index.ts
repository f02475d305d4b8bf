export { createShop, type ShopOptions } from './createShop.ts'
