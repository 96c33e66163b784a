import { describeTwoGateways } from '../support/describe-two-gateways.js';

describeTwoGateways({ calls: 320, workers: 8 });
