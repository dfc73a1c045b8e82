// Answers from another device, by openid-client: a device without a browser shows a code and polls (RFC 8628).
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { carrier } from './carrier.mjs'
import { done, type } from './person.mjs'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

async function device() {
  const { config, DPoP } = await carrier({ grant_types: [DEVICE_CODE, 'refresh_token'], response_types: [] })
  const shown = await client.initiateDeviceAuthorization(config, {
    scope: 'openid offline_access identity',
    acr_values: 'urn:vneid:level:2',
  })
  const once = { device_code: shown.device_code }
  await assert.rejects(client.genericGrantRequest(config, DEVICE_CODE, once, { DPoP }), {
    error: 'authorization_pending',
  })
  await type(shown.user_code)
  const tokens = await client.pollDeviceAuthorizationGrant(config, shown, undefined, { DPoP })
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
  await assert.rejects(client.genericGrantRequest(config, DEVICE_CODE, once, { DPoP }), { error: 'invalid_grant' })
  return { claims: tokens.claims(), userinfo, type: tokens.token_type }
}

done({ device: await device() })
