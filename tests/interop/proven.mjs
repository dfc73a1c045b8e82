// What both scripts of oauth4webapi need: the library tells of a nonce that is asked for, and leaves the rest to its user.
import * as oauth from 'oauth4webapi'

/** A step for `client` that is tried again with the provider's nonce (RFC 9449 §8); what was refused is kept. */
export function proving(as, client, refused = []) {
  return async (request, read) => {
    try {
      return await read(as, client, await request())
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error
      refused.push(error.error ?? error.cause[0].parameters.error)
      return read(as, client, await request())
    }
  }
}

/** A key that signs, and its public half as it is registered. */
export async function signingKey() {
  const pair = await oauth.generateKeyPair('ES256')
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return [{ key: pair.privateKey, kid: 'own' }, { keys: [{ kty, crv, x, y, kid: 'own', alg: 'ES256', use: 'sig' }] }]
}
