import { useParams } from 'react-router'
import { ProductCard } from '../parts/ProductCard.tsx'
import { CATEGORIES, getProducts, isCategory } from '../products.ts'
import { MissingPage } from './MissingPage.tsx'

export function CategoryPage() {
  const { category } = useParams()
  if (!isCategory(category)) return <MissingPage />
  const { name, text } = CATEGORIES[category]
  return (
    <section className="shelf">
      <h1>{name}</h1>
      <p className="lead">{text}</p>
      <ul className="cards">
        {getProducts(category).map((product) => (
          <ProductCard key={product.id} product={product} />
        ))}
      </ul>
    </section>
  )
}
