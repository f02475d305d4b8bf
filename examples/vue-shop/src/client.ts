import { createShopApp } from './createShopApp.ts'

const root = document.getElementById('app')!
createShopApp(location.pathname, root.childElementCount > 0).mount(root)
