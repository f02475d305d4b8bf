import { UnblinkProvider } from '@unblink/react'
import { useEffect, useRef } from 'react'
import { Route, Routes, useLocation } from 'react-router'
import { BasketPage } from './pages/BasketPage.tsx'
import { CategoryPage } from './pages/CategoryPage.tsx'
import { HomePage } from './pages/HomePage.tsx'
import { MissingPage } from './pages/MissingPage.tsx'
import { ProductPage } from './pages/ProductPage.tsx'
import { BasketProvider } from './parts/Basket.tsx'
import { Campaign } from './parts/Campaign.tsx'
import { Footer } from './parts/Footer.tsx'
import { Header } from './parts/Header.tsx'
import { getTitle } from './products.ts'

/** What the site config may ask for by name. Props that do not fit types/unblink.d.ts do not compile. */
const components = { Campaign }

/** The whole shop; the same on the server and in the page, each of which puts its own router around it. */
export function App() {
  const { pathname } = useLocation()
  const shown = useRef(pathname)
  useEffect(() => {
    document.title = getTitle(pathname) ?? 'Nothing here – Larder Lane'
    if (shown.current !== pathname) scrollTo(0, 0)
    shown.current = pathname
  }, [pathname])
  return (
    <UnblinkProvider components={components}>
      <BasketProvider>
        <Header />
        <main>
          <Routes>
            <Route path="/" element={<HomePage />} />
            <Route path="/c/:category" element={<CategoryPage />} />
            {/* The key: the slots of the next product are slots of their own. */}
            <Route path="/p/:product" element={<ProductPage key={pathname} />} />
            <Route path="/basket" element={<BasketPage />} />
            <Route path="*" element={<MissingPage />} />
          </Routes>
        </main>
        <Footer />
      </BasketProvider>
    </UnblinkProvider>
  )
}
