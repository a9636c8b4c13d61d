/**
 * Providers of identities for the tests, on one free port of this machine; the first line printed is the address.
 *
 * /                the certified provider, which knows whom a test tells it of (PUT /people/SUBJECT) and signs a browser in as whom
 *                  it says it is (GET /be/SUBJECT)
 * /crooked/FAULT/  one that always says yes and does one thing wrong in its ID token; FAULT `none` does nothing wrong
 */
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';

const keys = await generateKeyPair('RS256', { extractable: true });
const others = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(keys.privateKey)), kid: 'test', alg: 'RS256', use: 'sig' };
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'test', alg: 'RS256', use: 'sig' };

const people = new Map();
let certified;
let answer;
const server = createServer((request, response) => handle(request, response).catch((error) => response.writeHead(500).end(String(error))));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  certified = new Provider(issuer, {
    jwks: { keys: [jwk] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    cookies: { keys: ['of the tests'] },
    features: { devInteractions: { enabled: false }, registration: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => `/login/${uid}` },
    findAccount: (_, accountId) => people.has(accountId) && { accountId, claims: () => ({ sub: accountId, ...people.get(accountId) }) },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  });
  answer = certified.callback();
  console.log(issuer);
});

async function handle(request, response) {
  const url = new URL(request.url, certified.issuer);
  const [, room, name, what = ''] = url.pathname.split(/\/(?=.)/).map((part, nth, all) => (nth === 3 ? all.slice(3).join('/') : part));
  if (room === 'people') {
    people.set(name, JSON.parse(await bodyOf(request)));
    response.writeHead(204).end();
  } else if (room === 'be') {
    response.writeHead(204, { 'set-cookie': `person=${name}; Path=/` }).end();
  } else if (room === 'login') {
    const person = /person=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    const result = person ? { login: { accountId: person } } : { error: 'access_denied', error_description: 'Nobody is here.' };
    await certified.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else if (room === 'crooked') {
    await crooked(name, what, url, request, response);
  } else {
    await answer(request, response);
  }
}

async function bodyOf(request) {
  let body = '';
  for await (const piece of request) body += piece;
  return body;
}

const say = (response, what) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(what));

async function crooked(fault, what, url, request, response) {
  const issuer = `${certified.issuer}/crooked/${fault}`;
  if (what === '.well-known/openid-configuration') {
    const at = (path) => `${issuer}/${path}`;
    say(response, {
      issuer: fault === 'discovery' ? certified.issuer : issuer,
      authorization_endpoint: at('auth'), token_endpoint: at('token'), jwks_uri: at('jwks'),
      response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
    });
  } else if (what === 'jwks') {
    say(response, { keys: [publicJwk] });
  } else if (what === 'auth') {
    const { nonce, client_id, redirect_uri, state } = Object.fromEntries(url.searchParams);
    const code = Buffer.from(JSON.stringify({ nonce, client_id })).toString('base64url');
    response.writeHead(303, { location: `${redirect_uri}?${new URLSearchParams({ code, state: fault === 'state' ? 'another' : state })}` }).end();
  } else if (what === 'token') {
    const { nonce, client_id } = JSON.parse(Buffer.from(new URLSearchParams(await bodyOf(request)).get('code'), 'base64url').toString());
    const access_token = 'an access token';
    const id_token = await forged(fault, issuer, nonce, client_id, access_token);
    say(response, { access_token, token_type: 'Bearer', expires_in: 600, ...(fault === 'missing' ? {} : { id_token }) });
  } else {
    response.writeHead(404).end();
  }
}

async function forged(fault, issuer, nonce, client, accessToken) {
  const now = Math.floor(Date.now() / 1000);
  const half = createHash('sha256').update(fault === 'access' ? 'another token' : accessToken).digest().subarray(0, 16);
  const claims = {
    iss: fault === 'issuer' ? certified.issuer : issuer,
    aud: { audience: 'another client', audiences: [client, 'another client'] }[fault] ?? client,
    sub: 'crook', nonce: fault === 'nonce' ? 'another' : nonce, at_hash: half.toString('base64url'),
    iat: now - 7200, exp: fault === 'expired' ? now - 3600 : now + 600,
    email: 'admin@city.example', email_verified: true, name: 'A crook',
  };
  if (fault === 'unsigned') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(claims)}.`;
  }
  if (fault === 'symmetric') {
    // The public key taken for a shared secret: what a verifier does that lets the token choose its algorithm.
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'test' }).sign(new TextEncoder().encode(publicJwk.n));
  }
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(fault === 'key' ? others.privateKey : keys.privateKey);
  if (fault !== 'changed') return token;
  const [head, , seal] = token.split('.');
  return [head, Buffer.from(JSON.stringify({ ...claims, email: 'leader@city.example' })).toString('base64url'), seal].join('.');
}

process.on('SIGTERM', () => process.exit(0));
