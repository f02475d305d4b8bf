import { UnblinkSlot, useTrack } from '@unblink/react'
import { Link, useParams } from 'react-router'
import { useBasket } from '../parts/Basket.tsx'
import { ProductCard } from '../parts/ProductCard.tsx'
import { ProductPicture } from '../parts/ProductPicture.tsx'
import { CATEGORIES, findProduct, formatPrice, getProducts } from '../products.ts'
import { MissingPage } from './MissingPage.tsx'

export function ProductPage() {
  const product = findProduct(useParams()['product'])
  const { add } = useBasket()
  const track = useTrack()
  if (!product) return <MissingPage />
  const { id, category, name, text, price } = product
  const buy = () => {
    add(product)
    void track.event('add_to_cart', { product: id, price })
  }
  return (
    <>
      <section className="product">
        <ProductPicture product={product} />
        <div>
          <p className="kicker">
            <Link to={`/c/${category}`}>{CATEGORIES[category].name}</Link>
          </p>
          <h1>{name}</h1>
          <p className="lead">{text}</p>
          <p className="price">{formatPrice(price)}</p>
          <UnblinkSlot name="product.note" className="note-slot">
            <p className="note">Delivered in three to five days, for €4.</p>
          </UnblinkSlot>
          <button className="button" type="button" onClick={buy}>
            Put it in the basket
          </button>
        </div>
      </section>
      <section className="shelf">
        <h2>Goes well with</h2>
        <ul className="cards">
          {getProducts(category)
            .filter((other) => other !== product)
            .map((other) => (
              <ProductCard key={other.id} product={other} />
            ))}
        </ul>
      </section>
    </>
  )
}
