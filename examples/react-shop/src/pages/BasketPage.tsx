import { useTrack } from '@unblink/react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useBasket } from '../parts/Basket.tsx'
import { formatPrice } from '../products.ts'

export function BasketPage() {
  const { products, clear } = useBasket()
  const [isOrdered, setOrdered] = useState(false)
  const track = useTrack()
  const total = products.reduce((sum, { price }) => sum + price, 0)
  const order = () => {
    void track.conversion({ goal: 'order', value: total, currency: 'EUR' })
    clear()
    setOrdered(true)
  }
  return (
    <section className="basket">
      <h1>Your basket</h1>
      {isOrdered && <p className="lead">Thank you. Nothing is on its way, because this is an example.</p>}
      {!isOrdered && products.length === 0 && (
        <p className="lead">
          Still empty. <Link to="/">Back to the shelves</Link>
        </p>
      )}
      {products.length > 0 && (
        <>
          <ul className="lines">
            {products.map(({ id, name, price }, index) => (
              <li key={`${id} ${index}`}>
                <span>{name}</span> <span>{formatPrice(price)}</span>
              </li>
            ))}
            <li className="total">
              <span>Together</span> <span>{formatPrice(total)}</span>
            </li>
          </ul>
          <button className="button" type="button" onClick={order}>
            Place the order
          </button>
        </>
      )}
    </section>
  )
}
