import * as client from 'openid-client'
import type { Begun, Who } from '../../store/sessions.ts'

/** How the identity provider is reached. */
export interface OidcSettings {
  issuer: string
  clientId: string
  clientSecret: string
}

/** Thrown when somebody is not let in; the message is for them. */
export class NotSignedIn extends Error {}

/** OpenID Connect: the code flow with PKCE, state and nonce. `callback`: where the provider leads back to. */
export function createOidc({ issuer, clientId, clientSecret, callback }: OidcSettings & { callback: string }) {
  let known: Promise<client.Configuration> | undefined

  // Asked for once; what failed is asked for again.
  function configuration(): Promise<client.Configuration> {
    const url = new URL(issuer)
    // Only on this machine, where tests and trials run it.
    const isLocal = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
    known ??= client
      .discovery(url, clientId, clientSecret, undefined, isLocal ? { execute: [client.allowInsecureRequests] } : {})
      .catch((error) => {
        known = undefined
        throw error
      })
    return known
  }

  return {
    /** Begins: where to send the browser, and what has to be kept until it is back. */
    async begin(): Promise<{ begun: Omit<Begun, 'next'>; url: URL }> {
      const config = await configuration()
      const begun = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid email',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      })
      return { begun, url }
    },

    /** Ends: who came back with the query. Throws `NotSignedIn`. */
    async finish({ state, nonce, verifier }: Begun, query: string): Promise<Who> {
      const config = await configuration()
      const tokens = await client
        .authorizationCodeGrant(config, new URL(callback + query), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        .catch((error) => {
          // What the provider refused, or what does not belong to this sign-in; the rest is an outage.
          const isRefusal =
            error instanceof client.AuthorizationResponseError ||
            error instanceof client.ResponseBodyError ||
            (error instanceof client.ClientError && error.code !== 'OAUTH_TIMEOUT')
          if (isRefusal) throw new NotSignedIn('The identity provider did not confirm who you are: try again.')
          throw error
        })
      const claims = tokens.claims()
      const [email, verified] = [claims?.email, claims?.email_verified]
      if (!claims || typeof email !== 'string' || verified !== true)
        throw new NotSignedIn('The identity provider names no verified email address of yours: ask whoever runs it.')
      return { subject: claims.sub, email: email.toLowerCase() }
    },
  }
}
