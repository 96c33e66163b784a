import { describeFailpoints } from '../support/describe-failpoints.js';

describeFailpoints({ times: 1, isNightly: false });
