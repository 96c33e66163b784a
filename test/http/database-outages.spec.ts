import { describeOutages } from '../support/describe-outages.js';

describeOutages({ rounds: 1, workers: 4, chats: 3 });
