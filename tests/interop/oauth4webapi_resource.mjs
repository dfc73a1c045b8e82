// A resource server of somebody else: a token is asked for it by name (RFC 8707), and it verifies with oauth4webapi what
// an application brings (RFC 9068), bound to a key of the application's (RFC 9449).
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { done, task, visit } from './person.mjs'

const REDIRECT_URI = 'http://localhost:9999/callback'
const issuer = new URL(task.issuer)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
const { client_id, jwk } = task.client
const client = { client_id, id_token_signed_response_alg: 'ES256' }
const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
const proof = oauth.PrivateKeyJwt({ key, kid: jwk.kid })
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))

/** Once more with the nonce that was missing (RFC 9449 §8). */
async function proven(request, read) {
  try {
    return await read(as, client, await request())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return read(as, client, await request())
  }
}

const verifier = oauth.generateRandomCodeVerifier()
const asked = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: `openid offline_access ${task.scope}`,
  resource: task.resource,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
}
const pushed = await proven(
  () => oauth.pushedAuthorizationRequest(as, client, proof, asked, { DPoP }),
  oauth.processPushedAuthorizationResponse,
)
const address = new URL(as.authorization_endpoint)
address.search = new URLSearchParams({ client_id, request_uri: pushed.request_uri })
const answer = oauth.validateAuthResponse(as, client, await visit(address), oauth.expectNoState)
const named = { additionalParameters: { resource: task.resource }, DPoP }
const tokens = await proven(
  () => oauth.authorizationCodeGrantRequest(as, client, proof, answer, REDIRECT_URI, verifier, named),
  oauth.processAuthorizationCodeResponse,
)

/** What the server of `audience` makes of a request with `token`. */
async function verified(token, audience) {
  let arrived
  const there = (url, { headers, method }) => {
    arrived = new Request(url, { headers, method })
    return new Response()
  }
  const address = new URL(`${task.resource}/tickets`)
  await oauth.protectedResourceRequest(token, 'GET', address, undefined, null, { DPoP, [oauth.customFetch]: there })
  return oauth.validateJwtAccessToken(as, arrived, audience)
}

const claims = await verified(tokens.access_token, task.resource)
await assert.rejects(verified(tokens.access_token, 'https://other.example/api'))
const refreshed = await proven(
  () => oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token, named),
  oauth.processRefreshTokenResponse,
)
const again = await verified(refreshed.access_token, task.resource)
assert.equal(again.sub, claims.sub)
// At the provider's own APIs, which tell whose tokens they take (RFC 9728), it counts for nothing.
const own = new URL(as.userinfo_endpoint)
const described = await oauth.processResourceDiscoveryResponse(own, await oauth.resourceDiscoveryRequest(own))
assert.deepEqual(described.authorization_servers, [task.issuer])
const info = await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP })
assert.equal(info.status, 401)
done({ claims, id: oauth.getValidatedIdTokenClaims(tokens) })
