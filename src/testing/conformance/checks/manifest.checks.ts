import { findingsOf } from '../../../core/registry/compliance.js';
import type { Check } from '../check.js';
import { demand } from '../demand.js';

const day = /^\d{4}-\d{2}-\d{2}$/;

export const manifestChecks: readonly Check[] = [
  {
    id: 'manifest.compliant',
    title: 'a start would find no error in the declaration',
    needs: [],
    run: ({ manifest, settings }) => {
      const errors = findingsOf(manifest, settings).filter(({ severity }) => severity === 'error');
      demand(errors.length === 0, errors.map(({ code, text }) => `${code}: ${text}`).join('; '));
    },
  },
  {
    id: 'manifest.settings',
    title: 'each setting says in a line what it is for, and no secret or OAuth client has a default',
    needs: [],
    run: ({ manifest }) => {
      for (const [name, { text, isSecret, default: value }] of Object.entries(manifest.settings)) {
        demand(text !== '' && !text.includes('\n'), `setting ${name} does not say in one line what it is for`);
        demand(value === undefined || isSecret !== true, `the secret setting ${name} has a default`);
        demand(value === undefined || name !== 'oauthClientId', 'oauthClientId has a default: whose client is that?');
      }
    },
  },
  {
    id: 'manifest.limitations',
    title: 'each limitation can be looked up: its date is a day, its source an address, and terms to accept have a date',
    needs: [],
    run: ({ manifest }) => {
      for (const { about, text, source, readOn, needsConsent } of manifest.limitations) {
        demand(text !== '', `a limitation about ${about} says nothing`);
        demand(
          readOn === undefined || day.test(readOn),
          `a limitation about ${about} was read on ${String(readOn)}, which is no YYYY-MM-DD`,
        );
        demand(source === undefined || URL.canParse(source), `the source of a limitation about ${about} is no address`);
        demand(needsConsent !== true || readOn !== undefined, `a limitation about ${about} needs consent and has no date to accept`);
      }
    },
  },
];
