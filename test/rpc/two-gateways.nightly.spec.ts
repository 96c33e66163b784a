import { describeTwoGateways } from '../support/describe-two-gateways.js';

describeTwoGateways({ calls: 6_000, workers: 32 });
