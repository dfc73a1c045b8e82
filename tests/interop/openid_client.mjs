// Everything that openid-client can do with this provider, in the order in which an application does it.
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import * as client from 'openid-client'
import { done, task, visit } from './person.mjs'

const LEVEL_2 = 'urn:vneid:level:2'
const issuer = new URL(task.issuer)
const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }

// Registration (RFC 7591), then discovery as with stored credentials.
const key = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const wanted = {
  client_name: 'openid-client',
  redirect_uris: ['http://localhost:9999/callback'],
  post_logout_redirect_uris: ['http://localhost:9999/signed-out'],
  grant_types: ['authorization_code', 'refresh_token', ...(task.auth === 'none' ? [] : ['client_credentials'])],
  token_endpoint_auth_method: task.auth,
  ...task.metadata,
}
if (task.auth === 'private_key_jwt') {
  const jwk = await webcrypto.subtle.exportKey('jwk', key.publicKey)
  wanted.jwks = { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: 'own', alg: 'ES256', use: 'sig' }] }
}
const registered = (await client.dynamicClientRegistration(issuer, wanted, undefined, options)).clientMetadata()
const proofs = {
  client_secret_basic: () => client.ClientSecretBasic(registered.client_secret),
  client_secret_post: () => client.ClientSecretPost(registered.client_secret),
  private_key_jwt: () => client.PrivateKeyJwt({ key: key.privateKey, kid: 'own' }),
  none: () => client.None(),
}
const config = await client.discovery(issuer, registered.client_id, registered, proofs[task.auth](), options)
const server = config.serverMetadata()
assert.ok(server.supportsPKCE())
assert.equal(server.authorization_response_iss_parameter_supported, true)

// A pushed request (RFC 9126), the person's part, and the code: state, iss, PKCE, nonce, and the ID token's signature.
const verifier = client.randomPKCECodeVerifier()
const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
const address = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: wanted.redirect_uris[0],
  scope: 'openid offline_access identity age profile',
  acr_values: LEVEL_2,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state: checks.expectedState,
  nonce: checks.expectedNonce,
})
assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
const back = await visit(address)
const tokens = await client.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true, maxAge: 300 })
const claims = tokens.claims()
assert.equal(claims.acr, LEVEL_2)

// Userinfo (plain or signed, as registered) and refresh, whose ID token is about the same person.
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
assert.equal(refreshed.claims().sub, claims.sub)
assert.equal(refreshed.claims().auth_time, claims.auth_time)

// Introspection and revocation (RFC 7662, RFC 7009), and the client's own token. A public client has neither.
const learnt = { claims, userinfo, registered }
if (task.auth !== 'none') {
  learnt.before = await client.tokenIntrospection(config, refreshed.access_token)
  const own = await client.clientCredentialsGrant(config, { scope: 'binding:social_account' })
  assert.equal(own.refresh_token, undefined)
  learnt.own = await client.tokenIntrospection(config, own.access_token)
}
await client.tokenRevocation(config, refreshed.refresh_token)
if (task.auth !== 'none') learnt.after = await client.tokenIntrospection(config, refreshed.access_token)
await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' })
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, claims.sub), (error) => error.status === 401)

// Log-out, and after it nobody is signed in.
const end = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: wanted.post_logout_redirect_uris[0],
  state: 'bye',
})
learnt.signedOut = (await visit(end)).href
const silent = await visit(
  client.buildAuthorizationUrl(config, {
    redirect_uri: wanted.redirect_uris[0],
    scope: 'openid',
    prompt: 'none',
    state: checks.expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }),
)
await assert.rejects(
  client.authorizationCodeGrant(config, silent, { ...checks, expectedNonce: undefined }),
  (error) => error instanceof client.AuthorizationResponseError && error.error === 'login_required',
)
done(learnt)
