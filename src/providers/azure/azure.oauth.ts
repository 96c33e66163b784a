import { Injectable } from '@nestjs/common';

import { federatedBy } from '../../families/federated.js';
import { azureClient, providerId } from './azure.client.js';
import { federatedTokens, requireFederation } from './azure.entra.js';

/** Workload identity of the platform that the gateway runs on, or tokens of Entra ID given by hand. */
@Injectable()
export class AzureOAuth extends federatedBy({
  provider: providerId,
  requireConfigured: requireFederation,
  tokensFrom: federatedTokens,
  clientOf: ({ accessToken, extra }, { baseUrl }, means) =>
    azureClient({
      baseUrl,
      extra,
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${accessToken.reveal()}`;
      },
      ...means,
    }),
}) {}
