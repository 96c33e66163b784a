import { WholeContext, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { capabilitiesOf } from './capabilities.js';

const settings = { text: () => undefined, secret: () => undefined };
const { manifest } = wholeProvider({
  oauth: WholeOAuth,
  context: WholeContext,
  dialects: [{ dialect: 'whole', operations: ['chat'] }],
  limitations: [{ about: 'provider', text: 'hand-made' }],
});

describe('capabilities', () => {
  it('follow from what is offered', () => {
    expect(capabilitiesOf({ manifest, settings }, ['oauth', 'api-key', 'streaming', 'models', 'context'])).toEqual({
      provider: 'whole',
      displayName: 'Whole',
      authTypes: ['oauth', 'api_key'],
      features: ['streaming', 'model_listing', 'context_management', 'token_refresh'],
      contextManagement: 'remote',
      dialects: [{ dialect: 'whole', operations: ['chat'] }],
      limitations: [{ about: 'provider', text: 'hand-made' }],
      requirements: [],
    });
  });

  it('tell of contexts wherever there is chat', () => {
    expect(capabilitiesOf({ manifest, settings }, ['api-key', 'streaming'])).toMatchObject({
      features: ['streaming', 'context_management'],
      contextManagement: 'local',
    });
  });

  it('leave out what is bound and not offered', () => {
    expect(capabilitiesOf({ manifest, settings }, ['api-key'])).toMatchObject({
      authTypes: ['api_key'],
      features: [],
      contextManagement: 'none',
      dialects: [],
    });
  });
});
