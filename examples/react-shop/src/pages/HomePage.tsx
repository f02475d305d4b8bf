import { UnblinkSlot } from '@unblink/react'
import { Link } from 'react-router'
import { ProductCard } from '../parts/ProductCard.tsx'
import { CATEGORIES, getProducts, type CategoryId } from '../products.ts'

/** The same on the server and in the page: it is the default of an island. */
const OFFER =
  '<p class="offer">New here? <b>Orders of €40 and more</b> travel free. <a href="/c/coffee">Start with coffee</a></p>'

export function HomePage() {
  return (
    <>
      <UnblinkSlot name="home.hero" as="section" className="hero-slot" aria-label="Welcome">
        <div className="hero">
          <div className="hero-text">
            <p className="kicker">Larder Lane</p>
            <h1>Good tools for small kitchens</h1>
            <p>Nine things, chosen slowly. Each is made to be mended, and none of them needs a manual.</p>
            <p>
              <Link className="button" to="/c/coffee">
                Look around
              </Link>
            </p>
          </div>
          <img className="hero-art" src="/art/shelf.svg" alt="" width="480" height="360" />
        </div>
      </UnblinkSlot>
      <UnblinkSlot name="home.offer" as="aside" className="offer-slot" aria-label="Offer" html={OFFER} />
      {(Object.keys(CATEGORIES) as CategoryId[]).map((category) => (
        <section key={category} className="shelf">
          <h2>
            <Link to={`/c/${category}`}>{CATEGORIES[category].name}</Link>
          </h2>
          <ul className="cards">
            {getProducts(category).map((product) => (
              <ProductCard key={product.id} product={product} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}
