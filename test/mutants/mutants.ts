/** A mistake that was made elsewhere, or nearly here: what it changes, and the test that must fail. */
export interface Mutant {
  readonly what: string;
  readonly edits: readonly Edit[];
  readonly spec: string;
  /** A part of the test's full name. */
  readonly test: string;
}

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** How often it stands there; default 1. */
  readonly times?: number;
}

const aead = 'src/persistence/encryption/aead.ts';
const boxSpec = 'src/persistence/encryption/aes-gcm-secret-box.spec.ts';
const statements = 'src/persistence/refresh/refresh-statements.ts';
const storeSpec = 'test/persistence/refresh-store.spec.ts';
const lateHolder = 'whoever had it can neither send, nor renew, nor settle';

export const mutants: readonly Mutant[] = [
  {
    what: 'sealing without associated data',
    edits: [
      { file: aead, from: '  cipher.setAAD(associated);\n', to: '' },
      { file: aead, from: '  decipher.setAAD(associated);\n', to: '' },
    ],
    ...{ spec: boxSpec, test: 'opens in no other place' },
  },
  {
    what: 'a tag of any length',
    edits: [
      {
        file: aead,
        from: 'createDecipheriv(algorithm, key, sealed.subarray(0, ivLength), { authTagLength: tagLength })',
        to: 'createDecipheriv(algorithm, key, sealed.subarray(0, ivLength))',
      },
    ],
    ...{ spec: boxSpec, test: 'refuses a tag of 4 bytes' },
  },
  {
    what: 'sending and renewing without a look at the epoch',
    edits: [
      { file: statements, from: 'lease_epoch = $2 and status in', to: '$2::bigint is not null and status in' },
      { file: statements, from: 'lease_epoch = $2 and lease_until is not null', to: '$2::bigint is not null and lease_until is not null' },
    ],
    ...{ spec: storeSpec, test: lateHolder },
  },
  {
    what: 'a release by whoever does not hold the lease, after a failure',
    edits: [{ file: statements, from: 'lease_epoch = $2 and secret_version = $3', to: '$2::bigint is not null and secret_version = $3' }],
    ...{ spec: storeSpec, test: lateHolder },
  },
  {
    what: 'a release by whoever does not hold the lease, with new tokens',
    edits: [{ file: statements, from: 'case when lease_epoch = $3 then', to: 'case when $3::bigint is not null then', times: 3 }],
    ...{ spec: storeSpec, test: 'leaves the lease of the next one alone' },
  },
  {
    what: 'a refresh without the lease when the waiting has lasted long enough',
    edits: [
      {
        file: 'src/core/refresh/token-refresh.ts',
        from: "isLeased ? 'lost'",
        to: "isLeased && this.clock.monotonic() - since < this.times.waitMs ? 'lost'",
      },
      {
        file: statements,
        from: 'and (lease_until is null or lease_until < clock_timestamp()\n',
        to: 'and (true or lease_until is null or lease_until < clock_timestamp()\n',
      },
    ],
    ...{ spec: 'test/refresh/coordinator.spec.ts', test: 'says busy to a caller whose patience ends' },
  },
  {
    what: 'sessions of everybody for every caller',
    edits: [
      {
        file: 'src/core/sessions/session-finder.ts',
        from: 'candidates.filter((record) => mayUse(caller, scope, record))',
        to: 'candidates.filter(() => [caller, scope, mayUse].length > 0)',
      },
    ],
    ...{ spec: 'test/http/callers-isolation.spec.ts', test: 'nothing at all where it is not granted' },
  },
  {
    what: "a reader's leaving heard from the request instead of the answer",
    edits: [
      { file: 'src/transports/http/gone-away.ts', from: "raw.once('close'", to: "raw.req.once('close'" },
      { file: 'src/transports/http/pour.ts', from: "raw.once('close'", to: "raw.req.once('close'" },
    ],
    ...{ spec: 'test/http/chat.spec.ts', test: 'streams events, numbered from 0' },
  },
  {
    what: 'a refresh token erased where the answer carries none',
    edits: [{ file: 'src/kit/oauth/merge-tokens.ts', from: 'tokens.refreshToken ?? previous?.refreshToken', to: 'tokens.refreshToken' }],
    ...{ spec: 'src/kit/oauth/token-answers.spec.ts', test: 'become tokens' },
  },
];
