import { describeKills } from '../support/describe-kills.js';

describeKills({ kills: 3, shared: 20 });
