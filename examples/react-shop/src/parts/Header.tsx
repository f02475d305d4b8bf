import { Link, NavLink } from 'react-router'
import { CATEGORIES, type CategoryId } from '../products.ts'
import { useBasket } from './Basket.tsx'

export function Header() {
  const { products } = useBasket()
  return (
    <header className="top">
      <Link className="brand" to="/">
        Larder Lane
      </Link>
      <nav aria-label="Shelves">
        {(Object.keys(CATEGORIES) as CategoryId[]).map((category) => (
          <NavLink key={category} to={`/c/${category}`}>
            {CATEGORIES[category].name}
          </NavLink>
        ))}
        <NavLink className="basket-link" to="/basket">
          Basket <b>{products.length}</b>
        </NavLink>
      </nav>
    </header>
  )
}
