export { startShop, type ShopServer, type ShopServerOptions } from './serve.ts'
