import type { ComponentProps } from '@unblink/protocol'
import { Link } from 'react-router'

/** A variant of the hero. Its props come from the site config, through the visitor's decision. */
export function Campaign({ tone, kicker, title, text, action }: ComponentProps<'Campaign'>) {
  return (
    <div className={`hero hero-${tone}`}>
      <div className="hero-text">
        <p className="kicker">{kicker}</p>
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <Link className="button" to={`/c/${tone}`}>
            {action}
          </Link>
        </p>
      </div>
      <img className="hero-art" src={`/art/${tone}.svg`} alt="" width="480" height="360" />
    </div>
  )
}
