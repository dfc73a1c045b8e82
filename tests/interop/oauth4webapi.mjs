// The same way with oauth4webapi, the strict lower layer: each response is checked by the letter before it is read.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { done, task, visit } from './person.mjs'

const LEVEL_2 = 'urn:vneid:level:2'
const REDIRECT_URI = 'http://localhost:9999/callback'
const issuer = new URL(task.issuer)
const http = { [oauth.allowInsecureRequests]: true }

// Both well-known documents say the same (OpenID Connect Discovery, RFC 8414).
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
const other = await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' })
assert.deepEqual(await oauth.processDiscoveryResponse(issuer, other), as)

// Registration (RFC 7591).
const key = await oauth.generateKeyPair('ES256')
const jwk = await crypto.subtle.exportKey('jwk', key.publicKey)
const wanted = {
  client_name: 'oauth4webapi',
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: ['http://localhost:9999/signed-out'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: task.auth,
  ...(task.auth === 'private_key_jwt' && {
    jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: 'own', alg: 'ES256', use: 'sig' }] },
  }),
  ...task.metadata,
}
const registration = await oauth.dynamicClientRegistrationRequest(as, wanted, http)
const client = await oauth.processDynamicClientRegistrationResponse(registration)
const proof =
  task.auth === 'private_key_jwt'
    ? oauth.PrivateKeyJwt({ key: key.privateKey, kid: 'own' })
    : oauth.ClientSecretBasic(client.client_secret)

// A pushed request (RFC 9126), and the person's part.
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const nonce = oauth.generateRandomNonce()
const parameters = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid offline_access identity age profile',
  acr_values: LEVEL_2,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
}
const push = await oauth.pushedAuthorizationRequest(as, client, proof, parameters, http)
const pushed = await oauth.processPushedAuthorizationResponse(as, client, push)
const address = new URL(as.authorization_endpoint)
address.searchParams.set('client_id', client.client_id)
address.searchParams.set('request_uri', pushed.request_uri)
const answer = oauth.validateAuthResponse(as, client, await visit(address), state) // state, and iss (RFC 9207)

// The code, once; the ID token with its signature, nonce and age of the sign-in.
const redeem = () => oauth.authorizationCodeGrantRequest(as, client, proof, answer, REDIRECT_URI, verifier, http)
const response = await redeem()
const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
  expectedNonce: nonce,
  maxAge: 300,
  requireIdToken: true,
})
await oauth.validateApplicationLevelSignature(as, response, http)
const claims = oauth.getValidatedIdTokenClaims(tokens)

// Userinfo, plain or signed as registered.
const info = await oauth.userInfoRequest(as, client, tokens.access_token, http)
const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, info)
const isSigned = info.headers.get('content-type').startsWith('application/jwt')
if (isSigned) await oauth.validateApplicationLevelSignature(as, info, http)

// Refresh, introspection, the client's own token.
const refresh = await oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token, http)
const refreshed = await oauth.processRefreshTokenResponse(as, client, refresh)
await oauth.validateApplicationLevelSignature(as, refresh, http)
const introspect = async (token) =>
  oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, proof, token, http))
const before = await introspect(refreshed.access_token)
const grant = await oauth.clientCredentialsGrantRequest(as, client, proof, { scope: 'binding:social_account' }, http)
const own = await introspect((await oauth.processClientCredentialsResponse(as, client, grant)).access_token)

// A code that comes again is refused, and takes what it had opened along (RFC 6749 §4.1.2).
await assert.rejects(oauth.processAuthorizationCodeResponse(as, client, await redeem()), { error: 'invalid_grant' })
const after = await introspect(refreshed.access_token)
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, tokens.refresh_token, http))

// Log-out.
const end = new URL(as.end_session_endpoint)
end.searchParams.set('id_token_hint', tokens.id_token)
end.searchParams.set('post_logout_redirect_uri', wanted.post_logout_redirect_uris[0])
end.searchParams.set('state', 'bye')
const signedOut = (await visit(end)).href

done({ claims, userinfo, isSigned, before, own, after, signedOut, registered: client })
