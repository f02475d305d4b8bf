import { CATEGORIES, type CategoryId } from '../products.ts'

/** Whoever says what they like gets a hero about it: a plain form, which also works before the app does. */
export function Footer() {
  return (
    <footer className="bottom">
      <form action="/favourite" method="post">
        <span>What do you make at home?</span>{' '}
        {(Object.keys(CATEGORIES) as CategoryId[]).map((category) => (
          <button key={category} name="favourite" value={category}>
            {CATEGORIES[category].name}
          </button>
        ))}
      </form>
      <p>Larder Lane is made up, to show Unblink in a React app. Nothing can be bought here.</p>
    </footer>
  )
}
