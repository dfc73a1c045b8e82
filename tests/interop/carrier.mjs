// A carrier's back end with openid-client: registered under FAPI 2.0, with a key that signs and one that is proven.
import { webcrypto } from 'node:crypto'
import * as client from 'openid-client'
import { task } from './person.mjs'

const issuer = new URL(task.issuer)
const options = { execute: [client.enableNonRepudiationChecks] }

/** A key pair of the curve P-256, for `uses`. */
export const generated = (name, uses) => webcrypto.subtle.generateKey({ name, namedCurve: 'P-256' }, true, uses)

/** The public half as a JWK, with `more` members. */
export async function published(key, more) {
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', key.publicKey)
  return { kty, crv, x, y, ...more }
}

/** Register with `metadata` over what every carrier has, and `keys` beside the one that signs. */
export async function carrier(metadata, keys = []) {
  const signing = await generated('ECDSA', ['sign', 'verify'])
  const wanted = {
    profile: 'fapi2',
    token_endpoint_auth_method: 'private_key_jwt',
    dpop_bound_access_tokens: true,
    jwks: { keys: [await published(signing, { kid: 'signing', use: 'sig', alg: 'ES256' }), ...keys] },
    ...metadata,
  }
  const registered = (await client.dynamicClientRegistration(issuer, wanted, undefined, options)).clientMetadata()
  const own = { key: signing.privateKey, kid: 'signing' }
  const config = await client.discovery(issuer, registered.client_id, registered, client.PrivateKeyJwt(own), options)
  return { config, own, DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) }
}
