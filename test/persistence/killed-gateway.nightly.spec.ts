import { describeKills } from '../support/describe-kills.js';

describeKills({ kills: 100, shared: 400 });
