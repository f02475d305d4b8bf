import { Link } from 'react-router'
import { formatPrice, type Product } from '../products.ts'
import { ProductPicture } from './ProductPicture.tsx'

export function ProductCard({ product }: { readonly product: Product }) {
  const { id, name, price } = product
  return (
    <li className="card">
      <Link to={`/p/${id}`}>
        <ProductPicture product={product} />
        <span className="card-name">{name}</span>
        <span className="price">{formatPrice(price)}</span>
      </Link>
    </li>
  )
}
