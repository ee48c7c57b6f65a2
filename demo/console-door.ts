import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The demo's way to Baton's pages: whoever opens one of its addresses is signed in to the console. */
export interface ConsoleDoor {
  url: string
  close(): void
}

/**
 * Opens it. It signs in by the console's own form and hands on the cookie, which a browser sends to every port of a host; so no
 * address holds the token. `address`: where Baton listens by then.
 */
export async function openConsoleDoor(address: () => string, token: string): Promise<ConsoleDoor> {
  const server = createServer(async ({ url = '/' }, response) => {
    try {
      const entered = await fetch(`${address()}/console/sign-in`, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ token }),
      })
      response.setHeader('set-cookie', entered.headers.getSetCookie())
      response.writeHead(303, { location: address() + url, 'cache-control': 'no-store' }).end()
    } catch {
      response.writeHead(503).end('Baton does not answer: try again.')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Opens an address in the browser of whoever sits at the terminal, where there is one. */
export function openInBrowser(url: string): void {
  const { platform, env, stdout } = process
  const hasScreen = platform === 'darwin' || platform === 'win32' || env.DISPLAY || env.WAYLAND_DISPLAY
  if (!stdout.isTTY || !hasScreen) return
  const [command, ...before] =
    platform === 'darwin' ? ['open'] : platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  // Without such a command the address is in the terminal.
  spawn(command, [...before, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
