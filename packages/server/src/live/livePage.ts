import { createHash } from 'node:crypto'
import { livePageScript } from './livePageScript.ts'
import { livePageStyle } from './livePageStyle.ts'

const toSource = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

// Event texts come from visitors' browsers. The page makes no HTML of them, and if it did, nothing could run or be loaded.
const policy = [
  `default-src 'none'`,
  `script-src ${toSource(livePageScript)}`,
  `style-src ${toSource(livePageStyle)}`,
  `connect-src 'self'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ')

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Live view · Unblink</title>
<link rel="icon" href="data:,">
<style>${livePageStyle}</style>
</head>
<body>
<header class="top">
  <h1>Unblink live view</h1>
  <span class="status" id="status" role="status"></span>
  <span class="mono quiet" id="visitor"></span>
  <span class="space"></span>
  <span id="said" role="status"></span>
  <a href="/" target="_blank" rel="noopener">Open the site</a>
  <button type="button" id="forget" disabled>Forget me</button>
</header>
<main>
  <section class="card empty" id="nobody" aria-labelledby="nobody-title">
    <h2 id="nobody-title">No visitor yet</h2>
    <p>This page shows what the server learns of you, while you browse. Open the site in another window of this browser: the first page makes you a visitor, and from then on each event arrives here.</p>
    <p>If nothing comes, look whether consent was given, and whether the page holds the snippet.</p>
  </section>
  <div class="grid" id="somebody" hidden>
    <div class="column">
      <section class="card" aria-labelledby="stream-title">
        <div class="head">
          <h2 id="stream-title">Events <span class="quiet" id="count"></span></h2>
          <label><input type="checkbox" id="calm"> without movement</label>
        </div>
        <p class="quiet" id="no-events">Waiting for the first one. The page sends them a few seconds apart.</p>
        <ol class="stream" id="stream"></ol>
      </section>
    </div>
    <div class="column column-profile">
      <section class="card" aria-labelledby="profile-title">
        <h2 id="profile-title">Profile</h2>
        <dl class="facts" id="facts"></dl>
      </section>
      <section class="card" aria-labelledby="interests-title">
        <h2 id="interests-title">Interests</h2>
        <div class="bars" id="interests"></div>
        <p class="quiet" id="no-interests">None yet. Reading pages of a category, actively, raises its score.</p>
      </section>
      <section class="card" aria-labelledby="has-title">
        <h2 id="has-title">Holds and has done</h2>
        <div class="pair">
          <div><h3>Holdings</h3><ul class="chips" id="holdings"></ul></div>
          <div><h3>Conversions</h3><ul class="chips" id="conversions"></ul></div>
          <div id="custom-box" hidden><h3>Attributes set by the site</h3><ul class="chips" id="custom"></ul></div>
        </div>
      </section>
      <section class="card" aria-labelledby="exposures-title">
        <h2 id="exposures-title">What was shown</h2>
        <p class="quiet" id="no-exposures">No exposure yet. A page with slots sends one for each.</p>
        <div class="scroller" id="exposures-box" role="region" aria-labelledby="exposures-title" tabindex="0" hidden>
          <table>
            <thead><tr><th scope="col">Slot</th><th scope="col">Outcome</th><th scope="col">Variant</th><th scope="col" class="number">Hidden ms</th><th scope="col" class="number">Reply ms</th></tr></thead>
            <tbody id="exposures"></tbody>
          </table>
        </div>
      </section>
      <section class="card" aria-labelledby="trail-title">
        <h2 id="trail-title">Pointer trail</h2>
        <p class="quiet" id="no-trail">Nothing yet. Move the mouse over a page of the site.</p>
        <div class="trail-box" id="trail-box" hidden>
          <svg class="trail" id="trail" role="img"></svg>
          <p class="quiet" id="trail-words"></p>
          <ul class="chips" id="trail-slots"></ul>
        </div>
      </section>
      <section class="card" aria-labelledby="views-title">
        <h2 id="views-title">Time on pages</h2>
        <p class="quiet" id="no-views">No page yet.</p>
        <div class="scroller" id="views-box" role="region" aria-labelledby="views-title" tabindex="0" hidden>
          <table>
            <thead><tr><th scope="col">Page</th><th scope="col" class="number">In view</th><th scope="col" class="number">Active</th><th scope="col" class="number">Scrolled</th></tr></thead>
            <tbody id="views"></tbody>
          </table>
        </div>
      </section>
    </div>
  </div>
</main>
<script>${livePageScript}</script>
</body>
</html>
`

/**
 * The live view: one self-contained HTML document, served at `<base>/live`. It listens to `v1/live` (server-sent events
 * `snapshot`, `event`, `profile`) and erases with `DELETE v1/visitor`, both relative to its own address.
 * Serve it with `X-Frame-Options: DENY`, which a policy inside the document cannot say.
 */
export function livePage(): string {
  return page
}
