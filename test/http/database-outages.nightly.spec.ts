import { describeOutages } from '../support/describe-outages.js';

// Twenty times in all, and as many requests a second as one core takes.
describeOutages({ rounds: 7, workers: 8, chats: 5 });
