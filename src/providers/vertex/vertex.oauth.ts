import { Injectable } from '@nestjs/common';

import { federatedBy } from '../../families/federated.js';
import { applicationDefaultTokens, requireApplicationDefault } from './vertex.application-default.js';
import { projectClient, providerId } from './vertex.client.js';

/** Application default credentials of the machine, or access tokens given by hand. */
@Injectable()
export class VertexOAuth extends federatedBy({
  provider: providerId,
  requireConfigured: requireApplicationDefault,
  tokensFrom: applicationDefaultTokens,
  clientOf: ({ accessToken, extra }, { baseUrl }, means) => {
    const project = extra['project'] ?? means.settings.text('project');
    return projectClient({
      baseUrl,
      project,
      extra,
      // A person's token says nothing of whose quota a call is on.
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${accessToken.reveal()}`;
        if (project !== undefined) headers['x-goog-user-project'] = project;
      },
      ...means,
    });
  },
}) {}
