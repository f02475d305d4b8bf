import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import type { Product } from '../products.ts'

interface Basket {
  readonly products: readonly Product[]
  readonly add: (product: Product) => void
  readonly clear: () => void
}

const BasketContext = createContext<Basket | undefined>(undefined)

/** Keeps the basket for as long as the page is not loaded anew. */
export function BasketProvider({ children }: { readonly children: ReactNode }) {
  const [products, setProducts] = useState<readonly Product[]>([])
  const basket = useMemo<Basket>(
    () => ({
      products,
      add: (product) => setProducts((before) => [...before, product]),
      clear: () => setProducts([]),
    }),
    [products],
  )
  return <BasketContext value={basket}>{children}</BasketContext>
}

export function useBasket(): Basket {
  const basket = useContext(BasketContext)
  if (!basket) throw new Error('useBasket: there is no BasketProvider around this component.')
  return basket
}
