import { createHash } from 'node:crypto';

interface WireTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** Logs in with a simulator as another program would. */
export async function tokensAt(origin: string): Promise<WireTokens> {
  const verifier = 'another-programs-verifier'.padEnd(43, 'x');
  const client = { client_id: 'simulated-client', redirect_uri: 'http://localhost:1455/auth/callback' };
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = { ...client, response_type: 'code', state: 'theirs', code_challenge: challenge, code_challenge_method: 'S256' };
  const page = await fetch(`${origin}/oauth/authorize?${new URLSearchParams(asked).toString()}`, { redirect: 'manual' });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code, code_verifier: verifier });
  return (await (await fetch(`${origin}/oauth/token`, { method: 'POST', body })).json()) as WireTokens;
}
