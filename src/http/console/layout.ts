import type { VNode } from 'preact'
import { type Content, formSecret, html, type Page } from './html.ts'

/** The pages, in the order of the menu. */
export const PAGES = [
  { path: '/leads', name: 'Leads' },
  { path: '/clocks', name: 'Clocks' },
  { path: '/handoffs', name: 'Handoffs' },
  { path: '/pools', name: 'Pools' },
  { path: '/reports', name: 'Reports' },
  { path: '/data-quality', name: 'Data quality' },
  { path: '/triggers', name: 'Triggers' },
  { path: '/dead', name: 'Dead letters' },
  { path: '/config', name: 'Config' },
  { path: '/what-if', name: 'What if' },
  { path: '/shadow', name: 'Shadow' },
  { path: '/health', name: 'Health' },
] as const

/** A whole document around a page. `path` is the entry of the menu that it belongs to. */
export function document(page: Page, { title, path, body }: { title: string; path?: string; body: Content }): VNode {
  const { root, session, asset, said } = page
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content='{"includeIndicatorCSS": false, "history": true}' />
      <title>${`${title} · Baton`}</title>
      <link rel="icon" href=${asset('mark.svg')} type="image/svg+xml" />
      <link rel="stylesheet" href=${asset('console.css')} />
      <script src=${asset('htmx.min.js')} defer></script>
      <script src=${asset('console.js')} defer></script>
    </head>
    <body data-now=${page.now} class=${session ? 'signed-in' : 'sign-in'}>
      <a class="skip" href="#main">Skip to the content</a>
      ${session && menu(page, path)}
      <main id="main" tabindex="-1">
        <h1>${title}</h1>
        ${said && html`<p class=${said.bad ? 'said bad' : 'said'} role=${said.bad ? 'alert' : 'status'}>${said.text}</p>`}
        ${body}
      </main>
      <footer><span id="zone">Times in UTC</span>${session && html`<span><kbd>/</kbd> searches leads</span>`}<a href=${`${root.replace(/\/console$/, '')}/docs`}>API</a></footer>
    </body>
  </html>`
}

function menu(page: Page, path: string | undefined): VNode {
  const { root, session } = page
  return html`<header>
    <a class="brand" id="brand" href=${`${root}/leads`}><svg viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="9" width="20" height="6" rx="3" transform="rotate(-35 12 12)" /></svg>Baton</a>
    <nav aria-label="Console">
      <ul>${PAGES.map((one) => html`<li><a href=${root + one.path} aria-current=${one.path === path ? 'page' : null}>${one.name}</a></li>`)}</ul>
    </nav>
    <form class="leave" method="post" action=${`${root}/sign-out`}>
      ${formSecret(page)}
      <span class="who">${session?.name}<br />${session?.role === 'operate' ? 'may operate' : 'may read'}</span>
      <button class="quiet">Sign out</button>
    </form>
  </header>`
}
