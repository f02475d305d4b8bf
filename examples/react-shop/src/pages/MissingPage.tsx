import { Link } from 'react-router'

export function MissingPage() {
  return (
    <section className="basket">
      <h1>Nothing here</h1>
      <p className="lead">
        There is no such page. <Link to="/">Back to the shelves</Link>
      </p>
    </section>
  )
}
