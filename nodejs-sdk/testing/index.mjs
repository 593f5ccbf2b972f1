import testing from './index.js';

export const { Cloud, Clock, cloudFor } = testing;
