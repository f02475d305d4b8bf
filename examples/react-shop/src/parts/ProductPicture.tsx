import type { Product } from '../products.ts'

/** A drawing out of one file that all of them share. */
export function ProductPicture({ product: { id, category } }: { readonly product: Product }) {
  return (
    <svg className={`picture picture-${category}`} viewBox="0 0 120 120" aria-hidden="true">
      <use href={`/art/products.svg#${id}`} />
    </svg>
  )
}
